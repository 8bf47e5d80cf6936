package dev.gantry.daemon.trace;

import dev.gantry.base.InvalidArgument;
import dev.gantry.base.Unsupported;
import java.net.URI;
import java.net.URLDecoder;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/// Where traces go, as the environment says it by the names of OpenTelemetry (OTLP exporter 1.x §Configuration
/// Options).
///
/// @param headers of each request, such as a key of the collector
/// @param resource who this is
record TraceOptions(
        URI endpoint, Map<String, String> headers, Duration timeout, Duration delay, Map<String, String> resource) {
    private static final String WHAT = "send traces as the environment says";
    private static final String PREFIX = "OTEL_EXPORTER_OTLP_";

    TraceOptions {
        headers = Map.copyOf(headers);
        resource = Map.copyOf(resource);
    }

    /// Empty when nobody is named.
    static Optional<TraceOptions> of(Map<String, String> environment) {
        var reader = new Reader(environment);
        if (reader.text("OTEL_SDK_DISABLED").equalsIgnoreCase("true")
                || reader.text("OTEL_TRACES_EXPORTER").equals("none")) {
            return Optional.empty();
        }
        String own = reader.text(PREFIX + "TRACES_ENDPOINT");
        String base = reader.text(PREFIX + "ENDPOINT");
        if (own.isEmpty() && base.isEmpty()) {
            return Optional.empty();
        }
        reader.refuseWhatIsNotDone();
        String address = own.isEmpty() ? (base.endsWith("/") ? base : base + "/") + "v1/traces" : own;
        return Optional.of(new TraceOptions(
                reader.address(address),
                reader.headers(),
                Duration.ofMillis(reader.number(reader.either("TIMEOUT"), 10_000)),
                Duration.ofMillis(reader.number(reader.text("OTEL_BSP_SCHEDULE_DELAY"), 5_000)),
                reader.resource()));
    }

    private record Reader(Map<String, String> environment) {
        String text(String name) {
            return environment.getOrDefault(name, "").strip();
        }

        /// What is said of traces alone counts more.
        String either(String name) {
            String own = text(PREFIX + "TRACES_" + name);
            return own.isEmpty() ? text(PREFIX + name) : own;
        }

        void refuseWhatIsNotDone() {
            only("PROTOCOL", either("PROTOCOL"), "http/protobuf");
            only("COMPRESSION", either("COMPRESSION"), "none");
            only("CERTIFICATE", either("CERTIFICATE"), "");
            only("CLIENT_CERTIFICATE", either("CLIENT_CERTIFICATE"), "");
            String sampler = text("OTEL_TRACES_SAMPLER");
            if (!sampler.isEmpty() && !sampler.equals("parentbased_always_on")) {
                throw new Unsupported(
                        WHAT, "OTEL_TRACES_SAMPLER=" + sampler + " is not done", "leave it out: parentbased_always_on");
            }
        }

        private void only(String name, String said, String done) {
            if (!said.isEmpty() && !said.equals(done)) {
                throw new Unsupported(
                        WHAT,
                        PREFIX + name + "=" + said + " is not done",
                        done.isEmpty() ? "leave it out" : "leave it out, or say " + done);
            }
        }

        /// It may have a password in it, and is not repeated.
        URI address(String text) {
            URI uri = parsed(text)
                    .filter(u -> u.getHost() != null)
                    .filter(u -> "http".equals(u.getScheme()) || "https".equals(u.getScheme()))
                    .orElseThrow(
                            () -> new InvalidArgument(WHAT, "the endpoint is no address", "write http://HOST:4318"));
            if (uri.getUserInfo() != null) {
                throw new Unsupported(
                        WHAT,
                        "a login in the endpoint is not done",
                        "leave it out, and say a key of the collector in " + PREFIX + "HEADERS");
            }
            return uri;
        }

        /// As the client takes them; what they say is a secret, and is not repeated.
        Map<String, String> headers() {
            Map<String, String> all = pairs(either("HEADERS"));
            all.forEach((name, value) -> {
                if (!canBeSent(name, value)) {
                    throw new InvalidArgument(
                            WHAT,
                            "a header in " + PREFIX + "HEADERS cannot be sent",
                            "leave out line breaks, and names that belong to HTTP such as host");
                }
            });
            return all;
        }

        private static Optional<URI> parsed(String text) {
            try {
                return Optional.of(URI.create(text));
            } catch (IllegalArgumentException e) {
                return Optional.empty();
            }
        }

        private static boolean canBeSent(String name, String value) {
            try {
                var _ = HttpRequest.newBuilder().header(name, value);
                return true;
            } catch (IllegalArgumentException e) {
                return false;
            }
        }

        long number(String text, long otherwise) {
            if (text.isEmpty()) {
                return otherwise;
            }
            if (!text.matches("[0-9]{1,9}")) {
                throw new InvalidArgument(WHAT, text + " is no number of milliseconds", "write one");
            }
            return Math.max(1, Long.parseLong(text));
        }

        /// As W3C Baggage writes them: `key=value,key=value`, percent-encoded.
        Map<String, String> pairs(String text) {
            Map<String, String> all = new LinkedHashMap<>();
            for (String pair : text.isEmpty() ? new String[0] : text.split(",", -1)) {
                int equals = pair.indexOf('=');
                if (equals <= 0) {
                    throw new InvalidArgument(WHAT, "a pair has no name and value", "write name=value,name=value");
                }
                all.put(
                        pair.substring(0, equals).strip(),
                        decoded(pair.substring(equals + 1).strip()));
            }
            return all;
        }

        private static String decoded(String value) {
            try {
                return URLDecoder.decode(value.replace("+", "%2B"), StandardCharsets.UTF_8);
            } catch (IllegalArgumentException e) {
                return value;
            }
        }

        Map<String, String> resource() {
            Map<String, String> all = new LinkedHashMap<>(pairs(text("OTEL_RESOURCE_ATTRIBUTES")));
            String name = text("OTEL_SERVICE_NAME");
            if (!name.isEmpty()) {
                all.put("service.name", name);
            }
            all.putIfAbsent("service.name", "gantry");
            return all;
        }
    }
}
