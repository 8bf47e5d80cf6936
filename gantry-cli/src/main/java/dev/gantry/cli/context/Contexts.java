package dev.gantry.cli.context;

import dev.gantry.api.client.EngineAddress;
import dev.gantry.api.client.EngineTls;
import dev.gantry.base.Digest;
import dev.gantry.base.InvalidArgument;
import dev.gantry.base.NotFound;
import dev.gantry.base.Unavailable;
import dev.gantry.cli.Caller;
import dev.gantry.cli.format.Json;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The docker client's contexts, as it keeps them below `~/.docker/contexts`: each in a directory that the SHA-256 of
/// its name names. They are read, never written.
public final class Contexts {
    public static final String DEFAULT = "default";

    private final Caller caller;
    private final String directory;

    public Contexts(Caller caller) {
        this.caller = caller;
        Map<String, String> environment = caller.environment();
        String config = environment.getOrDefault("DOCKER_CONFIG", "");
        String home = environment.getOrDefault("HOME", "");
        this.directory = !config.isEmpty() ? config : home.isEmpty() ? "" : home + "/.docker";
    }

    /// One that was made.
    public record Context(String name, String description, String host, boolean skipsVerification, boolean hasTls) {}

    /// The one that `docker context use` chose; empty when none was.
    public Optional<String> current() {
        return document(directory + "/config.json")
                .map(config -> config.get("currentContext") instanceof String name ? name : "")
                .filter(name -> !name.isEmpty() && !name.equals(DEFAULT));
    }

    /// [NotFound] when there is none of this name.
    public Context find(String name) {
        return read(meta(name))
                .orElseThrow(() -> new NotFound(
                        "use context " + name, "context \"" + name + "\": context not found", "see gantry context ls"));
    }

    /// All that were made, by name.
    public List<Context> list() {
        List<Context> all = new ArrayList<>();
        for (String id : caller.names(directory + "/contexts/meta")) {
            read(directory + "/contexts/meta/" + id + "/meta.json").ifPresent(all::add);
        }
        all.sort(java.util.Comparator.comparing(Context::name));
        return all;
    }

    /// Where the engine of a context is.
    public Endpoint endpoint(String name) {
        Context context = find(name);
        EngineAddress address = EngineAddress.parse(context.host());
        if (!(address instanceof EngineAddress.Tcp) || !(context.hasTls() || context.skipsVerification())) {
            return new Endpoint(address, null);
        }
        String tls = directory + "/contexts/tls/" + id(name) + "/docker";
        return new Endpoint(address, tls(tls, !context.skipsVerification()));
    }

    /// The certificates of a directory, as far as they are there.
    EngineTls tls(String from, boolean verify) {
        return new EngineTls(
                text(from + "/ca.pem").orElse(""),
                text(from + "/cert.pem").orElse(""),
                text(from + "/key.pem").orElse(""),
                verify);
    }

    String usualCertificates() {
        return directory;
    }

    private String meta(String name) {
        return directory + "/contexts/meta/" + id(name) + "/meta.json";
    }

    private Optional<Context> read(String file) {
        return document(file).map(meta -> {
            String name = string(meta, "Name");
            Map<?, ?> endpoint = map(map(meta, "Endpoints"), "docker");
            return new Context(
                    name,
                    string(map(meta, "Metadata"), "Description"),
                    string(endpoint, "Host"),
                    Boolean.TRUE.equals(endpoint.get("SkipTLSVerify")),
                    !caller.names(directory + "/contexts/tls/" + id(name) + "/docker")
                            .isEmpty());
        });
    }

    private Optional<Map<?, ?>> document(String file) {
        Optional<String> text = directory.isEmpty() ? Optional.empty() : text(file);
        if (text.isEmpty()) {
            return Optional.empty();
        }
        try {
            return Json.read(text.get()) instanceof Map<?, ?> map ? Optional.of(map) : Optional.empty();
        } catch (InvalidArgument e) {
            throw new InvalidArgument("read " + file, "it is not JSON", "correct or remove the file", e);
        }
    }

    private Optional<String> text(String file) {
        try (InputStream in = caller.open(file)) {
            return Optional.of(new String(in.readAllBytes(), StandardCharsets.UTF_8));
        } catch (NotFound _) {
            return Optional.empty();
        } catch (IOException e) {
            throw new Unavailable("read " + file, String.valueOf(e.getMessage()), "check the file", e);
        }
    }

    private static String string(Map<?, ?> map, String key) {
        return map.get(key) instanceof String text ? text : "";
    }

    private static Map<?, ?> map(Map<?, ?> map, String key) {
        return map.get(key) instanceof Map<?, ?> inner ? inner : Map.of();
    }

    private static String id(String name) {
        return Digest.sha256Of(name).hex();
    }
}
