package dev.gantry.engine.log.driver;

import dev.gantry.engine.log.LogDriver;
import dev.gantry.engine.log.LogOptions;
import dev.gantry.engine.log.LogRecord;
import dev.gantry.engine.log.LogSink;
import dev.gantry.engine.log.LogSource;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.random.RandomGenerator;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/// `fluentd`: the forward protocol of version 1, a message per record. What says how much may wait and how often to try
/// is checked and changes nothing: what waits is in the container's file, and is tried until it is there.
final class FluentdDriver implements LogDriver {
    private static final String USUAL = "tcp://127.0.0.1:24224";
    private static final int PORT = 24224;
    private static final String PARTIAL = "partial_message";
    private static final Set<String> SCHEMES = Set.of("tcp", "unix", "tls");
    private static final Set<String> OPTIONS = Set.of(
            "fluentd-address",
            "fluentd-async",
            "fluentd-async-connect",
            "fluentd-async-reconnect-interval",
            "fluentd-buffer-limit",
            "fluentd-max-retries",
            "fluentd-request-ack",
            "fluentd-retry-wait",
            "fluentd-sub-second-precision",
            "fluentd-write-timeout");

    private final Dialer dialer;

    FluentdDriver(Dialer dialer) {
        this.dialer = dialer;
    }

    @Override
    public void check(Map<String, String> options) {
        LogOptions.requireKnown("fluentd", OPTIONS, options);
        address(options);
        for (String flag : new String[] {
            "fluentd-async", "fluentd-async-connect", "fluentd-request-ack", "fluentd-sub-second-precision"
        }) {
            flag(options, flag);
        }
        number(options, "fluentd-max-retries", "[0-9]{1,9}");
        number(options, "fluentd-buffer-limit", "(?i)[0-9]{1,12}\\s*[kmgt]?i?b?");
        for (String time :
                new String[] {"fluentd-retry-wait", "fluentd-async-reconnect-interval", "fluentd-write-timeout"}) {
            number(options, time, "0|([0-9.]+(ns|us|µs|ms|s|m|h))+");
        }
    }

    private static void number(Map<String, String> options, String name, String form) {
        String value = options.getOrDefault(name, "");
        if (!value.isEmpty() && !value.matches(form)) {
            throw LogOptions.refused("fluentd", "invalid value for " + name + ": " + value, "correct it");
        }
    }

    private static boolean flag(Map<String, String> options, String name) {
        return switch (options.getOrDefault(name, "")) {
            case "1", "t", "T", "true", "TRUE", "True" -> true;
            case "", "0", "f", "F", "false", "FALSE", "False" -> false;
            case String other ->
                throw LogOptions.refused("fluentd", "invalid value for " + name + ": " + other, "use true or false");
        };
    }

    /// The scheme may be left out, and the port.
    private static LogAddress address(Map<String, String> options) {
        String text = options.getOrDefault("fluentd-address", "");
        String whole = text.isEmpty() ? USUAL : text.contains("://") ? text : "tcp://" + text;
        return LogAddress.parse("fluentd", whole, SCHEMES, PORT);
    }

    @Override
    public LogSink open(LogSource source) throws IOException {
        boolean late = flag(source.options(), "fluentd-async") || flag(source.options(), "fluentd-async-connect");
        Sink sink = new Sink(source, address(source.options()));
        if (!late) {
            sink.connect();
        }
        return sink;
    }

    private final class Sink implements LogSink {
        private final LogAddress to;
        private final String tag;
        private final Map<String, String> always = new LinkedHashMap<>();
        private final boolean precise;
        private final boolean acknowledged;
        private volatile @Nullable Wire wire;
        private volatile boolean closed;

        Sink(LogSource source, LogAddress to) {
            this.to = to;
            tag = source.tag("{{.ID}}");
            // First: a label with the name of one of ours does not take its place.
            always.putAll(source.attributes());
            always.remove(PARTIAL);
            always.put("container_id", source.id().hex());
            always.put("container_name", "/" + source.name());
            precise = flag(source.options(), "fluentd-sub-second-precision");
            acknowledged = flag(source.options(), "fluentd-request-ack");
        }

        private Wire connect() throws IOException {
            SSLContext tls = to.scheme().equals("tls") ? LogTls.context("fluentd", Map.of()) : null;
            Wire fresh = dialer.dial(to, tls, acknowledged);
            wire = fresh;
            if (closed) {
                fresh.close();
                throw new IOException("it is closed");
            }
            return fresh;
        }

        @Override
        public void write(LogRecord log) throws IOException {
            Wire open = wire;
            if (open == null) {
                open = connect();
            }
            String chunk = acknowledged ? chunk() : "";
            open.send(message(log, chunk));
            if (acknowledged) {
                open.flush();
                String answer = MessagePack.acknowledged(open.answers());
                if (!answer.equals(chunk)) {
                    throw new IOException("the receiver acknowledged " + answer + " instead of " + chunk);
                }
            }
        }

        private byte[] message(LogRecord log, String chunk) {
            byte[] text = log.bytes();
            boolean whole = text.length > 0 && text[text.length - 1] == '\n';
            Map<String, byte[]> fields = new LinkedHashMap<>();
            always.forEach((key, value) -> fields.put(key, bytes(value)));
            fields.put("source", bytes(log.stream() == LogRecord.Stream.STDERR ? "stderr" : "stdout"));
            fields.put("log", whole ? java.util.Arrays.copyOf(text, text.length - 1) : text);
            if (!whole) {
                fields.put(PARTIAL, bytes("true"));
            }
            var out = new MessagePack();
            out.array(4).text(tag);
            Instant at = log.time();
            if (precise) {
                out.eventTime(at.getEpochSecond(), at.getNano());
            } else {
                out.number(at.getEpochSecond());
            }
            out.map(fields.size());
            fields.forEach((key, value) -> out.text(key).text(value));
            out.map(chunk.isEmpty() ? 0 : 1);
            if (!chunk.isEmpty()) {
                out.text("chunk").text(chunk);
            }
            return out.bytes();
        }

        private static String chunk() {
            byte[] id = new byte[16];
            RandomGenerator.getDefault().nextBytes(id);
            return Base64.getEncoder().encodeToString(id);
        }

        private static byte[] bytes(String text) {
            return text.getBytes(StandardCharsets.UTF_8);
        }

        @Override
        public void flush() throws IOException {
            Wire open = wire;
            if (open != null) {
                open.flush();
            }
        }

        @Override
        public void close() {
            closed = true;
            Wire open = wire;
            if (open != null) {
                open.close();
            }
        }
    }
}
