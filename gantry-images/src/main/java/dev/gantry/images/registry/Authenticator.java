package dev.gantry.images.registry;

import dev.gantry.base.Forbidden;
import dev.gantry.base.JsonText;
import io.avaje.jsonb.Jsonb;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/// Answers the challenges of one registry for one repository, and remembers the last answer. Basic and
/// bearer are known, the two that registries use; a secret goes only to the registry itself or to the
/// token service it names, and never over plain http unless the registry itself may be asked so.
final class Authenticator {
    private static final int MAX_TOKEN_BYTES = 1 << 20;

    private final Transport transport;
    private final Credentials credentials;
    private final String domain;
    private final String scope;
    private final boolean plainAllowed;
    /// Threads that answer the same challenge at once may overwrite each other with answers that are
    /// equally good.
    private volatile Map<String, String> headers = Map.of();

    Authenticator(Transport transport, Credentials credentials, String domain, String scope, boolean plainAllowed) {
        this.transport = transport;
        this.credentials = credentials;
        this.domain = domain;
        this.scope = scope;
        this.plainAllowed = plainAllowed;
        if (credentials instanceof Credentials.RegistryToken(String token)) {
            headers = authorization("Bearer " + token);
        }
    }

    /// What to send before anybody asks; empty at first.
    Map<String, String> headers() {
        return headers;
    }

    /// Whether asking again makes sense. `sent` is what [#headers] was when the refused request was
    /// made.
    boolean answer(List<String> challengeHeaders, Map<String, String> sent) throws IOException {
        if (!sent.equals(headers())) {
            // Another thread has got a newer answer since.
            return true;
        }
        for (Challenge challenge : Challenge.parse(challengeHeaders)) {
            Optional<String> value = switch (challenge.scheme()) {
                case "bearer" -> bearer(challenge);
                case "basic" -> basic();
                default -> Optional.empty();
            };
            if (value.isPresent() && !sent.equals(authorization(value.get()))) {
                headers = authorization(value.get());
                return true;
            }
        }
        return false;
    }

    private static Map<String, String> authorization(String value) {
        return Map.of("Authorization", value);
    }

    private Optional<String> basic() {
        return switch (credentials) {
            case Credentials.Password(String user, String password) -> Optional.of(basicHeader(user, password));
            case Credentials.Anonymous _, Credentials.IdentityToken _, Credentials.RegistryToken _ -> Optional.empty();
        };
    }

    private Optional<String> bearer(Challenge challenge) throws IOException {
        if (credentials instanceof Credentials.RegistryToken) {
            return Optional.empty();
        }
        URI realm = realm(challenge.parameter("realm"));
        Map<String, String> query = new LinkedHashMap<>();
        putUnlessEmpty(query, "service", challenge.parameter("service"));
        // Who will bring something asks for that right at once, even when the first question needs less.
        boolean ours = challenge.parameter("scope").isEmpty() || scope.endsWith(",push");
        putUnlessEmpty(query, "scope", ours ? scope : challenge.parameter("scope"));
        try (Transport.Answer answer = ask(realm, query)) {
            if (answer.status() == 401 || answer.status() == 403) {
                throw new Forbidden(
                        "log in to " + domain,
                        "unauthorized: incorrect username or password (" + realm.getHost() + " answered "
                                + answer.status() + ")",
                        "log in again with docker login " + domain);
            }
            if (answer.status() != 200) {
                throw new IOException("token service " + realm.getHost() + " answered " + answer.status());
            }
            return Optional.of("Bearer " + read(answer, realm));
        }
    }

    private Transport.Answer ask(URI realm, Map<String, String> query) throws IOException {
        return switch (credentials) {
            case Credentials.IdentityToken(String token) -> {
                query.put("grant_type", "refresh_token");
                query.put("client_id", "gantry");
                query.put("refresh_token", token);
                yield transport.post(realm, Map.of(), form(query));
            }
            case Credentials.Password(String user, String password) -> {
                query.put("account", user);
                yield transport.get(withQuery(realm, query), Map.of("Authorization", basicHeader(user, password)));
            }
            case Credentials.Anonymous _, Credentials.RegistryToken _ ->
                transport.get(withQuery(realm, query), Map.of());
        };
    }

    private static String read(Transport.Answer answer, URI realm) throws IOException {
        byte[] bytes = answer.body().readNBytes(MAX_TOKEN_BYTES);
        try {
            RegistryWire.Token token = Jsonb.instance()
                    .type(RegistryWire.Token.class)
                    .fromJson(JsonText.readable(new String(bytes, StandardCharsets.UTF_8)));
            String text = token.token() != null ? token.token() : token.accessToken();
            if (text == null || text.isEmpty() || text.chars().anyMatch(c -> c <= ' ' || c > '~')) {
                throw new IOException("token service " + realm.getHost() + " answered without a token");
            }
            return text;
        } catch (RuntimeException e) {
            throw new IOException("token service " + realm.getHost() + " answered no JSON", e);
        }
    }

    private URI realm(String text) throws IOException {
        URI realm;
        try {
            realm = URI.create(text);
        } catch (IllegalArgumentException e) {
            throw new IOException(domain + " names a malformed token service", e);
        }
        boolean plain = "http".equals(realm.getScheme());
        if (realm.getHost() == null || !("https".equals(realm.getScheme()) || plain)) {
            throw new IOException(domain + " names no token service");
        }
        if (plain && !plainAllowed) {
            throw new IOException(domain + " names a token service without TLS");
        }
        return realm;
    }

    private static URI withQuery(URI realm, Map<String, String> query) {
        String text = realm.toString();
        return URI.create(text + (text.indexOf('?') < 0 ? "?" : "&") + form(query));
    }

    private static String form(Map<String, String> fields) {
        return fields.entrySet().stream()
                .map(e -> e.getKey() + "=" + URLEncoder.encode(e.getValue(), StandardCharsets.UTF_8))
                .collect(Collectors.joining("&"));
    }

    private static void putUnlessEmpty(Map<String, String> map, String key, String value) {
        if (!value.isEmpty()) {
            map.put(key, value);
        }
    }

    private static String basicHeader(String user, String password) {
        return "Basic " + Base64.getEncoder().encodeToString((user + ":" + password).getBytes(StandardCharsets.UTF_8));
    }
}
