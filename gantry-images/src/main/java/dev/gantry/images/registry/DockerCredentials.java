package dev.gantry.images.registry;

import dev.gantry.base.InvalidArgument;
import dev.gantry.base.Repository;
import io.avaje.jsonb.Json;
import io.avaje.jsonb.Jsonb;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Reads the two forms in which Docker's client keeps and sends credentials.
public final class DockerCredentials {
    private static final String OLD_HUB = "https://index.docker.io/v1/";

    private DockerCredentials() {}

    /// The value of an `X-Registry-Auth` header; an empty one is nobody.
    public static Credentials fromHeader(String header) {
        if (header.isEmpty()) {
            return Credentials.ANONYMOUS;
        }
        try {
            byte[] json = Base64.getDecoder()
                    .decode(header.replace('-', '+').replace('_', '/').replaceAll("=+$", ""));
            return of(Jsonb.instance().type(Auth.class).fromJson(json));
        } catch (RuntimeException e) {
            throw new InvalidArgument(
                    "read the X-Registry-Auth header", "it is not JSON in base64url", "log in again", e);
        }
    }

    /// What `auths` of a `config.json` holds for the registry; nobody when it holds nothing. Credential
    /// helpers are the caller's to run.
    public static Credentials fromConfig(byte[] configJson, Repository repository) {
        Config config;
        try {
            config = Jsonb.instance().type(Config.class).fromJson(configJson);
        } catch (RuntimeException e) {
            throw new InvalidArgument(
                    "read the client's config.json", "it is not the JSON that is expected", "log in again", e);
        }
        if (config.auths() == null) {
            return Credentials.ANONYMOUS;
        }
        String domain = repository.domain();
        boolean hub = domain.equals(Repository.DEFAULT_DOMAIN);
        for (String key : hub ? List.of(OLD_HUB, domain) : List.of(domain, "https://" + domain, "http://" + domain)) {
            Auth auth = config.auths().get(key);
            if (auth != null) {
                return of(auth);
            }
        }
        return Credentials.ANONYMOUS;
    }

    private static Credentials of(Auth auth) {
        if (auth.registryToken() != null && !auth.registryToken().isEmpty()) {
            return new Credentials.RegistryToken(auth.registryToken());
        }
        if (auth.identityToken() != null && !auth.identityToken().isEmpty()) {
            return new Credentials.IdentityToken(auth.identityToken());
        }
        if (auth.username() != null && !auth.username().isEmpty() && auth.password() != null) {
            return new Credentials.Password(auth.username(), auth.password());
        }
        if (auth.auth() != null && !auth.auth().isEmpty()) {
            String text = new String(Base64.getDecoder().decode(auth.auth()), StandardCharsets.UTF_8);
            int colon = text.indexOf(':');
            if (colon > 0) {
                return new Credentials.Password(
                        text.substring(0, colon), text.substring(colon + 1).replaceAll("\0+$", ""));
            }
        }
        return Credentials.ANONYMOUS;
    }

    @Json
    record Config(@Json.Property("auths") @Nullable Map<String, Auth> auths) {}

    @Json
    record Auth(
            @Json.Property("username") @Nullable String username,
            @Json.Property("password") @Nullable String password,
            @Json.Property("auth") @Nullable String auth,
            @Json.Property("identitytoken") @Nullable String identityToken,
            @Json.Property("registrytoken") @Nullable String registryToken) {
        @Override
        public String toString() {
            return "Auth[]";
        }
    }
}
