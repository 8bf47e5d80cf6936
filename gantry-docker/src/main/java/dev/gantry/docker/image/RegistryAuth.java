package dev.gantry.docker.image;

import dev.gantry.api.json.Wire;
import dev.gantry.api.system.AuthConfig;
import dev.gantry.base.InvalidArgument;
import dev.gantry.base.JsonText;
import dev.gantry.docker.route.DockerError;
import dev.gantry.images.registry.Credentials;
import io.avaje.json.JsonException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// The header `X-Registry-Auth`: base64url of a JSON object.
public final class RegistryAuth {
    private RegistryAuth() {}

    public static Credentials parse(@Nullable String header) {
        if (header == null || header.isEmpty()) {
            return Credentials.ANONYMOUS;
        }
        return of(decode(header));
    }

    /// The header `X-Registry-Config`: base64url of an object with one of these for each registry, by its domain or its
    /// address.
    public static Function<String, Credentials> ofRegistries(@Nullable String header) {
        if (header == null || header.isEmpty()) {
            return _ -> Credentials.ANONYMOUS;
        }
        Map<String, Credentials> known = new HashMap<>();
        try {
            Wire.json()
                    .type(AuthConfig.class)
                    .map()
                    .fromJson(JsonText.readable(decoded(header)))
                    .forEach((registry, auth) -> known.put(domain(registry), of(auth)));
        } catch (IllegalArgumentException
                | InvalidArgument
                | JsonException
                | IllegalStateException
                | IndexOutOfBoundsException e) {
            throw DockerError.badParameter("invalid X-Registry-Config header");
        }
        return domain -> known.getOrDefault(domain(domain), Credentials.ANONYMOUS);
    }

    /// `https://index.docker.io/v1/` is what clients call the registry `docker.io`.
    private static String domain(String registry) {
        String plain = registry.replaceFirst("^https?://", "");
        String host = plain.indexOf('/') < 0 ? plain : plain.substring(0, plain.indexOf('/'));
        return host.equals("index.docker.io") || host.equals("registry-1.docker.io") ? "docker.io" : host;
    }

    private static String decoded(String header) {
        String plain = header.replace('+', '-').replace('/', '_').replace("=", "");
        return new String(Base64.getUrlDecoder().decode(plain), StandardCharsets.UTF_8);
    }

    static Credentials of(AuthConfig auth) {
        if (has(auth.registrytoken())) {
            return new Credentials.RegistryToken(text(auth.registrytoken()));
        }
        if (has(auth.identitytoken())) {
            return new Credentials.IdentityToken(text(auth.identitytoken()));
        }
        if (has(auth.username())) {
            return new Credentials.Password(text(auth.username()), text(auth.password()));
        }
        if (has(auth.auth())) {
            String pair = pair(text(auth.auth()));
            int colon = pair.indexOf(':');
            return colon < 0
                    ? Credentials.ANONYMOUS
                    : new Credentials.Password(pair.substring(0, colon), pair.substring(colon + 1));
        }
        return Credentials.ANONYMOUS;
    }

    /// Clients differ in the alphabet and in the padding. The words of a failure do not show the header.
    private static AuthConfig decode(String header) {
        try {
            return Wire.json().type(AuthConfig.class).fromJson(JsonText.readable(decoded(header)));
        } catch (IllegalArgumentException
                | InvalidArgument
                | JsonException
                | IllegalStateException
                | IndexOutOfBoundsException e) {
            throw DockerError.badParameter("invalid X-Registry-Auth header");
        }
    }

    private static String pair(String base64) {
        try {
            return new String(Base64.getDecoder().decode(base64), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw DockerError.badParameter("invalid X-Registry-Auth header: its field auth is not base64");
        }
    }

    private static boolean has(@Nullable String text) {
        return text != null && !text.isEmpty();
    }

    private static String text(@Nullable String text) {
        return text == null ? "" : text;
    }
}
