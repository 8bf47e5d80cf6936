package dev.gantry.cli.image;

import dev.gantry.api.client.Request;
import dev.gantry.base.InvalidArgument;
import dev.gantry.cli.Caller;
import dev.gantry.cli.format.Json;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The caller's logins to registries, from the docker client's `config.json`. Credential helpers are not run yet.
final class Credentials {
    private Credentials() {}

    /// Adds the caller's login to the registry of `name`, when there is one.
    static Request attach(Request request, Name name, Caller caller) {
        if (!(read(caller) instanceof Map<?, ?> config) || !(config.get("auths") instanceof Map<?, ?> auths)) {
            return request;
        }
        String registry = name.registry();
        List<String> keys = registry.equals("docker.io")
                ? List.of(Registries.HUB, "docker.io", "index.docker.io")
                : List.of(
                        registry,
                        "https://" + registry,
                        "http://" + registry,
                        "https://" + registry + "/v1/",
                        "https://" + registry + "/v2/");
        for (String key : keys) {
            if (auths.get(key) instanceof Map<?, ?> login && !login.isEmpty()) {
                return request.header("X-Registry-Auth", encoded(auth(key, login)));
            }
        }
        return request;
    }

    /// Adds all of the caller's logins: who builds does not know where from.
    static Request attachAll(Request request, Caller caller) {
        Map<String, Object> all = new LinkedHashMap<>();
        ClientConfig.of(caller).logins().forEach((server, login) -> {
            if (login instanceof Map<?, ?> fields && !fields.isEmpty()) {
                all.put(server, auth(server, fields));
            }
        });
        return all.isEmpty() ? request : request.header("X-Registry-Config", encoded(all));
    }

    private static String encoded(Map<String, Object> document) {
        return Base64.getUrlEncoder().encodeToString(Json.write(document).getBytes(StandardCharsets.UTF_8));
    }

    private static Map<String, Object> auth(String server, Map<?, ?> login) {
        Map<String, Object> auth = new LinkedHashMap<>();
        if (login.get("auth") instanceof String pair && !pair.isEmpty()) {
            try {
                String plain = new String(Base64.getDecoder().decode(pair), StandardCharsets.UTF_8);
                int colon = plain.indexOf(':');
                if (colon > 0) {
                    auth.put("username", plain.substring(0, colon));
                    auth.put("password", plain.substring(colon + 1));
                }
            } catch (IllegalArgumentException e) {
                throw new InvalidArgument(
                        "read the login to " + server, "it is not base64", "log in again with docker login", e);
            }
        }
        for (String field : List.of("username", "password", "identitytoken", "registrytoken")) {
            if (login.get(field) instanceof String value && !value.isEmpty()) {
                auth.put(field, value);
            }
        }
        auth.put("serveraddress", server);
        return auth;
    }

    private static @Nullable Object read(Caller caller) {
        return ClientConfig.of(caller).document();
    }
}
