package dev.gantry.images.registry;

import dev.gantry.base.Digest;
import dev.gantry.base.Forbidden;
import dev.gantry.base.GantryException;
import dev.gantry.base.InvalidArgument;
import dev.gantry.base.JsonText;
import dev.gantry.base.NotFound;
import dev.gantry.base.Reference;
import dev.gantry.base.Repository;
import dev.gantry.base.Unavailable;
import dev.gantry.images.document.Descriptor;
import dev.gantry.images.document.Documents;
import dev.gantry.images.document.MediaTypes;
import io.avaje.jsonb.Jsonb;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/// Manifests and blobs of one repository. distribution-spec 1.1 §Pulling. Broken transfers and answers
/// that ask for patience are tried again; everything else is an error in the words of the registry.
public final class RegistrySession {
    private static final int MAX_ERROR_BYTES = 64 << 10;

    private final Repository repository;
    private final Transport transport;
    private final Authenticator authenticator;
    private final Pace pace;
    private final BaseAddress base;

    /// Found at the first request, because it may need one of its own.
    interface BaseAddress {
        URI get() throws IOException;
    }

    RegistrySession(
            Repository repository, Transport transport, Authenticator authenticator, Pace pace, BaseAddress base) {
        this.repository = repository;
        this.transport = transport;
        this.authenticator = authenticator;
        this.pace = pace;
        this.base = base;
    }

    /// What the reference means at the registry now.
    public Fetched manifest(Reference reference) {
        return switch (reference) {
            case Reference.Tagged tagged -> manifest(reference.familiar(), tagged.tag(), Optional.empty());
            case Reference.Pinned pinned ->
                manifest(reference.familiar(), pinned.digest().toString(), Optional.of(pinned.digest()));
        };
    }

    /// A manifest that an index names.
    public Fetched manifest(Descriptor descriptor) {
        Fetched fetched = manifest(
                repository.familiar() + "@" + descriptor.digest(),
                descriptor.digest().toString(),
                Optional.of(descriptor.digest()));
        if (fetched.bytes().length != descriptor.size()) {
            throw corrupt(repository.familiar() + "@" + descriptor.digest(), "its size is not what the index says");
        }
        return fetched;
    }

    private Fetched manifest(String name, String tagOrDigest, Optional<Digest> expected) {
        Map<String, String> headers = Map.of("Accept", String.join(", ", MediaTypes.MANIFESTS));
        return retrying("pull " + name, () -> {
            try (Transport.Answer answer = get("manifests/" + tagOrDigest, headers)) {
                check(answer, name, 200);
                byte[] bytes = answer.body().readNBytes(Documents.MAX_MANIFEST_BYTES + 1);
                if (bytes.length > Documents.MAX_MANIFEST_BYTES) {
                    throw corrupt(name, "its manifest is larger than " + Documents.MAX_MANIFEST_BYTES + " bytes");
                }
                checkLength(answer, bytes.length);
                return new Fetched(bytes, mediaType(answer), verified(name, answer, bytes, expected));
            }
        });
    }

    /// An open blob from byte `offset`, or from the start when the registry cannot do that:
    /// `Body#offset` says which.
    Body blob(Descriptor descriptor, long offset) throws IOException {
        String name = repository.familiar() + "@" + descriptor.digest();
        Map<String, String> headers = offset == 0 ? Map.of() : Map.of("Range", "bytes=" + offset + "-");
        Transport.Answer answer = get("blobs/" + descriptor.digest(), headers);
        try {
            if (offset > 0 && answer.status() == 206) {
                String range = answer.header("Content-Range").orElse("");
                if (!range.startsWith("bytes " + offset + "-")) {
                    throw new IOException("the registry answered another range than asked for: " + range);
                }
                return new Body(answer, offset);
            }
            if (offset > 0 && answer.status() == 416) {
                answer.close();
                return blob(descriptor, 0);
            }
            check(answer, name, 200);
            return new Body(answer, 0);
        } catch (IOException | RuntimeException e) {
            answer.close();
            throw e;
        }
    }

    /// A blob of at most `limit` bytes, as a whole.
    public byte[] document(Descriptor descriptor, int limit) {
        String name = repository.familiar() + "@" + descriptor.digest();
        return retrying("pull " + name, () -> {
            try (Body body = blob(descriptor, 0)) {
                byte[] bytes = body.answer().body().readNBytes(limit + 1);
                if (bytes.length > limit
                        || !digest(descriptor.digest().algorithm(), bytes).equals(descriptor.digest())) {
                    throw corrupt(name, "the registry sent other bytes");
                }
                return bytes;
            }
        });
    }

    /// Returns when the registry takes us for who we say we are. distribution-spec 1.1 §Determining Support.
    void login() {
        String what = "log in to " + repository.domain();
        retrying(what, () -> {
            try (Transport.Answer answer =
                    ask(base.get().resolve("/v2/"), Map.of(), Transport.Ask.GET, pace.answer())) {
                if (answer.status() == 401 || answer.status() == 403) {
                    throw new Forbidden(
                            what, "unauthorized: incorrect username or password", "check the name and the password");
                }
                check(answer, repository.domain(), 200);
                return answer.status();
            }
        });
    }

    record Body(Transport.Answer answer, long offset) implements AutoCloseable {
        @Override
        public void close() {
            answer.close();
        }
    }

    String repositoryName() {
        return repository.familiar();
    }

    Pace pace() {
        return pace;
    }

    String domain() {
        return repository.domain();
    }

    /// The address of something in the repository.
    URI address(String path) throws IOException {
        return base.get().resolve("/v2/" + repository.path() + "/" + path);
    }

    private Transport.Answer get(String path, Map<String, String> headers) throws IOException {
        return ask(address(path), headers, Transport.Ask.GET, pace.answer());
    }

    /// Asks, and answers what the registry wants to know about us first.
    Transport.Answer ask(URI uri, Map<String, String> headers, Transport.Ask ask, Duration patience)
            throws IOException {
        for (int round = 0; ; round++) {
            Map<String, String> sent = new LinkedHashMap<>(headers);
            sent.put("User-Agent", "gantry");
            Map<String, String> authorization = authenticator.headers();
            sent.putAll(authorization);
            if (!Transport.sameOrigin(uri, base.get())) {
                sent.remove("Authorization");
            }
            Transport.Answer answer = transport.send(uri, sent, ask, patience);
            if (answer.status() != 401 || round == 2) {
                return answer;
            }
            if (!Transport.sameOrigin(base.get(), answer.response().uri())) {
                // Where the registry sent us is no registry, and may not name a service for our password.
                return answer;
            }
            boolean again;
            try {
                again = authenticator.answer(answer.response().headers().allValues("WWW-Authenticate"), authorization);
            } catch (IOException | RuntimeException e) {
                answer.close();
                throw e;
            }
            if (!again) {
                return answer;
            }
            answer.close();
        }
    }

    @FunctionalInterface
    interface Attempt<T> {
        T run() throws IOException;
    }

    <T> T retrying(String what, Attempt<T> attempt) {
        for (int failures = 0; ; ) {
            try {
                return attempt.run();
            } catch (IOException e) {
                failures++;
                if (failures >= pace.attempts() || !Patience.worthAnother(e)) {
                    throw unavailable(what, e);
                }
                Patience.pause(what, Patience.before(pace, failures, e));
            }
        }
    }

    GantryException unavailable(String what, IOException e) {
        return new Unavailable(
                what, Patience.words(e), "check the network and that " + repository.domain() + " is up", e);
    }

    /// Turns any other status than `wanted` into the error it stands for.
    private void check(Transport.Answer answer, String name, int wanted) throws IOException {
        int status = answer.status();
        if (status == wanted) {
            return;
        }
        String words = words(answer);
        switch (status) {
            case 404 ->
                throw new NotFound(
                        "pull " + name,
                        name.indexOf('@') >= 0 && words.contains("BLOB")
                                ? "the registry does not have this blob: " + words
                                : "manifest for " + name + " not found: " + words,
                        "check the name and the tag");
            case 401, 403 ->
                throw new Forbidden(
                        "pull " + name,
                        "pull access denied for " + repository.familiar()
                                + ", repository does not exist or may require 'docker login': " + words,
                        "log in with docker login " + repository.domain() + ", or check the name");
            case 408, 425, 429, 500, 502, 503, 504 ->
                throw new TryLater(repository.domain() + " answered " + status + ": " + words, retryAfter(answer));
            default ->
                throw new Unavailable(
                        "pull " + name,
                        repository.domain() + " answered " + status + ": " + words,
                        "ask the owner of the registry");
        }
    }

    static String words(Transport.Answer answer) throws IOException {
        byte[] body = answer.body().readNBytes(MAX_ERROR_BYTES);
        try {
            var errors = Jsonb.instance()
                    .type(RegistryWire.Errors.class)
                    .fromJson(JsonText.readable(new String(body, StandardCharsets.UTF_8)));
            if (errors.errors() != null && !errors.errors().isEmpty()) {
                var first = errors.errors().getFirst();
                return printable(Objects.requireNonNullElse(first.code(), "") + " "
                        + Objects.requireNonNullElse(first.message(), ""));
            }
        } catch (RuntimeException _) {
            // No error document: the status has to speak for itself.
        }
        return "status " + answer.status();
    }

    private static String printable(String text) {
        String clean = text.strip().replaceAll("[^\\x20-\\x7e]", "?");
        return clean.length() > 200 ? clean.substring(0, 200) : clean;
    }

    static Duration retryAfter(Transport.Answer answer) {
        String text = answer.header("Retry-After").orElse("");
        return text.matches("[0-9]{1,6}") ? Duration.ofSeconds(Long.parseLong(text)) : Duration.ZERO;
    }

    private static String mediaType(Transport.Answer answer) {
        String type = MediaTypes.withoutParameters(answer.header("Content-Type").orElse(""));
        // Some registries serve everything as this; then the document has to say what it is.
        return type.equals("application/json") || type.equals("application/octet-stream") || type.startsWith("text/")
                ? ""
                : type;
    }

    private static void checkLength(Transport.Answer answer, long bytes) throws IOException {
        long stated =
                answer.response().headers().firstValueAsLong("Content-Length").orElse(bytes);
        if (stated != bytes) {
            throw new IOException("the transfer ended after " + bytes + " of " + stated + " bytes");
        }
    }

    private Digest verified(String name, Transport.Answer answer, byte[] bytes, Optional<Digest> expected) {
        Digest.Algorithm algorithm = expected.map(Digest::algorithm).orElse(Digest.Algorithm.SHA256);
        Digest actual = digest(algorithm, bytes);
        if (expected.isPresent() && !expected.get().equals(actual)) {
            throw corrupt(name, "the registry sent bytes of digest " + actual);
        }
        String stated = answer.header("Docker-Content-Digest").orElse("");
        if (expected.isEmpty() && stated.startsWith("sha256:") && !stated.equals(actual.toString())) {
            throw corrupt(name, "the registry says " + stated + " and sent bytes of digest " + actual);
        }
        return actual;
    }

    private static Digest digest(Digest.Algorithm algorithm, byte[] bytes) {
        try {
            return new Digest(
                    algorithm,
                    HexFormat.of()
                            .formatHex(MessageDigest.getInstance(algorithm.jcaName())
                                    .digest(bytes)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has " + algorithm.jcaName(), e);
        }
    }

    private static InvalidArgument corrupt(String name, String why) {
        return new InvalidArgument("pull " + name, why, "pull again, or ask the owner of the registry");
    }
}
