package dev.gantry.daemon.migrate;

import dev.gantry.engine.plugin.JsonTree;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/// A container in the data root of a dockerd.
///
/// @param image its id without `sha256:`
/// @param written the directory of what it has written above its image, below the data root
record DockerContainer(
        String id,
        String name,
        String image,
        String written,
        Map<String, @Nullable Object> config,
        Map<String, @Nullable Object> host) {
    private static final Set<String> PREDEFINED = Set.of("bridge", "host", "none", "default");

    /// Reads `config.v2.json` and `hostconfig.json`.
    static DockerContainer of(String id, byte[] config, byte[] host, String written) throws IOException {
        Map<String, @Nullable Object> tree = JsonTree.object(config);
        String name = text(tree, "Name");
        return new DockerContainer(
                id,
                name.startsWith("/") ? name.substring(1) : name,
                text(tree, "Image").replace("sha256:", ""),
                written,
                tree,
                JsonTree.object(host));
    }

    /// The names, or ids, of containers that must be there before it.
    List<String> needs() {
        List<String> all = new ArrayList<>();
        for (String mode : List.of("NetworkMode", "IpcMode", "PidMode", "UTSMode")) {
            if (text(host, mode).startsWith("container:")) {
                all.add(text(host, mode).substring("container:".length()));
            }
        }
        if (host.get("VolumesFrom") instanceof List<?> list) {
            list.forEach(v -> all.add(String.valueOf(v).replaceFirst(":.*", "")));
        }
        return all;
    }

    /// What an engine is asked to create. Its image is `image`; `named` turns ids of containers into names.
    String request(String image, UnaryOperator<String> named) {
        Map<String, @Nullable Object> body = new LinkedHashMap<>(object(config, "Config"));
        body.put("Image", image);
        Map<String, @Nullable Object> given = new LinkedHashMap<>(host);
        given.put("ContainerIDFile", "");
        // The runtime that every dockerd has is what is built in here.
        if (text(given, "Runtime").equals("runc")) {
            given.remove("Runtime");
        }
        for (String mode : List.of("NetworkMode", "IpcMode", "PidMode", "UTSMode")) {
            if (text(given, mode).startsWith("container:")) {
                given.put(mode, "container:" + named.apply(text(given, mode).substring("container:".length())));
            }
        }
        if (given.get("VolumesFrom") instanceof List<?> list) {
            given.put(
                    "VolumesFrom",
                    list.stream()
                            .map(String::valueOf)
                            .map(v -> v.contains(":")
                                    ? named.apply(v.replaceFirst(":.*", "")) + v.substring(v.indexOf(':'))
                                    : named.apply(v))
                            .toList());
        }
        given.put("Binds", binds(given));
        body.put("HostConfig", given);
        body.put("NetworkingConfig", Map.of("EndpointsConfig", endpoints()));
        return new String(JsonTree.bytes(body), StandardCharsets.UTF_8);
    }

    /// With the volumes that nobody named: an image that asks for one would get another else.
    private List<String> binds(Map<String, @Nullable Object> given) {
        List<String> all = new ArrayList<>();
        if (given.get("Binds") instanceof List<?> said) {
            said.forEach(b -> all.add(String.valueOf(b)));
        }
        Set<String> places = new java.util.HashSet<>();
        all.forEach(b -> places.add(b.split(":", -1).length > 1 ? b.split(":", -1)[1] : b));
        if (given.get("Mounts") instanceof List<?> mounts) {
            mounts.forEach(m -> places.add(m instanceof Map<?, ?> map ? String.valueOf(map.get("Target")) : ""));
        }
        object(config, "MountPoints").forEach((place, value) -> {
            if (value instanceof Map<?, ?> point && "volume".equals(point.get("Type")) && !places.contains(place)) {
                boolean writable = !Boolean.FALSE.equals(point.get("RW"));
                all.add(point.get("Name") + ":" + place + (writable ? "" : ":ro"));
            }
        });
        return all;
    }

    private Map<String, Object> endpoints() {
        Map<String, Object> all = new LinkedHashMap<>();
        object(object(config, "NetworkSettings"), "Networks").forEach((network, value) -> {
            if (PREDEFINED.contains(network) || !(value instanceof Map<?, ?> endpoint)) {
                return;
            }
            Map<String, Object> wished = new LinkedHashMap<>();
            if (endpoint.get("IPAMConfig") instanceof Map<?, ?> addresses) {
                wished.put("IPAMConfig", addresses);
            }
            if (endpoint.get("DriverOpts") instanceof Map<?, ?> options) {
                wished.put("DriverOpts", options);
            }
            if (endpoint.get("Aliases") instanceof List<?> aliases) {
                // dockerd adds the short id by itself.
                wished.put(
                        "Aliases",
                        aliases.stream()
                                .filter(a -> !id.startsWith(String.valueOf(a)))
                                .toList());
            }
            all.put(network, wished);
        });
        return all;
    }

    /// The networks that are not of every engine.
    Set<String> networks() {
        return endpoints().keySet();
    }

    static String text(Map<String, @Nullable Object> tree, String key) {
        return tree.get(key) instanceof String text ? text : "";
    }

    @SuppressWarnings("unchecked") // keys of JSON objects are texts
    static Map<String, @Nullable Object> object(Map<String, @Nullable Object> tree, String key) {
        return tree.get(key) instanceof Map<?, ?> map ? (Map<String, @Nullable Object>) map : Map.of();
    }
}
