package dev.gantry.cli.image;

import dev.gantry.base.InvalidArgument;
import dev.gantry.base.NotFound;
import dev.gantry.base.Unavailable;
import dev.gantry.base.Unsupported;
import dev.gantry.cli.Caller;
import dev.gantry.cli.format.Json;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/// The docker client's `config.json`, which has the caller's logins. What it says besides is kept.
final class ClientConfig {
    private final Caller caller;
    private final String directory;
    private final Map<String, Object> document;

    private ClientConfig(Caller caller, String directory, Map<String, Object> document) {
        this.caller = caller;
        this.directory = directory;
        this.document = document;
    }

    static ClientConfig of(Caller caller) {
        Map<String, String> environment = caller.environment();
        String home = environment.getOrDefault("HOME", "");
        String directory = environment.getOrDefault("DOCKER_CONFIG", home.isEmpty() ? "" : home + "/.docker");
        return new ClientConfig(
                caller, directory, directory.isEmpty() ? Map.of() : read(caller, directory + "/config.json"));
    }

    private static Map<String, Object> read(Caller caller, String file) {
        try (InputStream in = caller.open(file)) {
            Map<String, Object> document = new LinkedHashMap<>();
            if (Json.read(new String(in.readAllBytes(), StandardCharsets.UTF_8)) instanceof Map<?, ?> map) {
                map.forEach((key, value) -> document.put(String.valueOf(key), value));
            }
            return document;
        } catch (NotFound _) {
            return Map.of();
        } catch (IOException e) {
            throw new Unavailable("read " + file, String.valueOf(e.getMessage()), "check the file", e);
        } catch (InvalidArgument e) {
            throw new InvalidArgument("read " + file, "it is not JSON", "correct or remove the file", e);
        }
    }

    Map<String, Object> document() {
        return document;
    }

    String file() {
        return directory + "/config.json";
    }

    /// The logins by registry.
    Map<String, Object> logins() {
        Map<String, Object> logins = new LinkedHashMap<>();
        if (document.get("auths") instanceof Map<?, ?> auths) {
            auths.forEach((key, value) -> logins.put(String.valueOf(key), value));
        }
        return logins;
    }

    /// Refuses to keep a login of `registry` in the file when the file says that a helper keeps it.
    void check(String registry) {
        boolean helper = document.get("credsStore") instanceof String store && !store.isEmpty()
                || document.get("credHelpers") instanceof Map<?, ?> helpers && helpers.containsKey(registry);
        if (helper) {
            throw new Unsupported(
                    "keep the login to " + registry,
                    file() + " names a credential helper, and helpers are not run yet",
                    "use docker login, or take credsStore and credHelpers out of the file");
        }
        if (directory.isEmpty()) {
            throw new InvalidArgument(
                    "keep the login to " + registry, "neither HOME nor DOCKER_CONFIG is set", "set one of them");
        }
    }

    /// Writes the file whole, for the caller alone.
    void write(Map<String, Object> logins) throws IOException {
        Map<String, Object> changed = new LinkedHashMap<>(document);
        changed.put("auths", logins);
        caller.makeDirectory(directory);
        try (OutputStream out = caller.replace(file())) {
            out.write((Json.indent(Json.write(changed), "\t") + "\n").getBytes(StandardCharsets.UTF_8));
        }
    }
}
