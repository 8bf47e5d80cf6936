package dev.gantry.daemon.migrate;

import dev.gantry.engine.plugin.JsonTree;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/// The networks that a dockerd has made, out of the file in which it keeps them.
final class DockerNetworks {
    private static final String BUCKET = "libnetwork";
    private static final String KEYS = "docker/network/v1.0/network/";
    private static final int INDEX = 8; // bytes before each value
    private static final Set<String> EVERYWHERE = Set.of("bridge", "host", "none");

    private DockerNetworks() {}

    /// @param request what an engine is asked to create
    record Network(String name, boolean configOnly, String request) {}

    /// @param broken is told what cannot be read, by its id
    static List<Network> read(byte[] file, BiConsumer<String, Exception> broken) throws IOException {
        List<Network> all = new ArrayList<>();
        for (var entry : BoltFile.bucket(file, BUCKET).entrySet()) {
            if (entry.getKey().startsWith(KEYS) && entry.getValue().length > INDEX) {
                try {
                    Map<String, @Nullable Object> network =
                            JsonTree.object(Arrays.copyOfRange(entry.getValue(), INDEX, entry.getValue().length));
                    if (isMoved(network)) {
                        all.add(of(network));
                    }
                } catch (IOException | RuntimeException e) {
                    broken.accept(entry.getKey().substring(KEYS.length()), e);
                }
            }
        }
        // Those that others take their configuration from come first.
        all.sort(Comparator.comparing(n -> !n.configOnly()));
        return all;
    }

    private static boolean isMoved(Map<String, @Nullable Object> network) {
        return !EVERYWHERE.contains(DockerContainer.text(network, "name"))
                && !Boolean.TRUE.equals(network.get("inDelete"))
                && DockerContainer.text(network, "scope").equals("local");
    }

    static Network of(Map<String, @Nullable Object> network) throws IOException {
        String from = DockerContainer.text(network, "configFrom");
        if (!from.isEmpty()) {
            return configuredBy(from, network);
        }
        List<Object> pools = new ArrayList<>(pools(network, "ipamV4Config"));
        pools.addAll(pools(network, "ipamV6Config"));
        Map<String, @Nullable Object> ipam = new LinkedHashMap<>();
        ipam.put("Driver", DockerContainer.text(network, "ipamType"));
        ipam.put("Config", pools);
        ipam.put("Options", DockerContainer.object(network, "ipamOptions"));
        Map<String, @Nullable Object> body = new LinkedHashMap<>();
        String name = DockerContainer.text(network, "name");
        body.put("Name", name);
        body.put("CheckDuplicate", true);
        body.put("Driver", DockerContainer.text(network, "networkType"));
        boolean configOnly = Boolean.TRUE.equals(network.get("configOnly"));
        body.put("ConfigOnly", configOnly);
        body.put("Internal", Boolean.TRUE.equals(network.get("internal")));
        body.put("Attachable", Boolean.TRUE.equals(network.get("attachable")));
        body.put("EnableIPv6", Boolean.TRUE.equals(network.get("enableIPv6")));
        body.put("IPAM", ipam);
        body.put(
                "Options",
                DockerContainer.object(DockerContainer.object(network, "generic"), "com.docker.network.generic"));
        body.put("Labels", DockerContainer.object(network, "labels"));
        return new Network(name, configOnly, new String(JsonTree.bytes(body), StandardCharsets.UTF_8));
    }

    /// dockerd keeps with it a copy of what the other says; asked for again, that would be too much.
    private static Network configuredBy(String from, Map<String, @Nullable Object> network) {
        String name = DockerContainer.text(network, "name");
        Map<String, @Nullable Object> body = new LinkedHashMap<>();
        body.put("Name", name);
        body.put("CheckDuplicate", true);
        body.put("Driver", DockerContainer.text(network, "networkType"));
        body.put("Internal", Boolean.TRUE.equals(network.get("internal")));
        body.put("Attachable", Boolean.TRUE.equals(network.get("attachable")));
        body.put("ConfigFrom", Map.of("Network", from));
        return new Network(name, false, new String(JsonTree.bytes(body), StandardCharsets.UTF_8));
    }

    /// Those that somebody chose; another engine chooses its own.
    private static List<Object> pools(Map<String, @Nullable Object> network, String key) throws IOException {
        String text = DockerContainer.text(network, key);
        if (text.isEmpty()) {
            return List.of();
        }
        List<Object> all = new ArrayList<>();
        Object list = JsonTree.object(("{\"all\":" + text + "}").getBytes(StandardCharsets.UTF_8))
                .get("all");
        for (Object one : list instanceof List<?> pools ? pools : List.of()) {
            if (one instanceof Map<?, ?> pool
                    && pool.get("PreferredPool") instanceof String subnet
                    && !subnet.isEmpty()) {
                Map<String, Object> wished = new LinkedHashMap<>();
                wished.put("Subnet", subnet);
                said(wished, "IPRange", pool.get("SubPool"));
                said(wished, "Gateway", pool.get("Gateway"));
                if (pool.get("AuxAddresses") instanceof Map<?, ?> others) {
                    wished.put("AuxiliaryAddresses", others);
                }
                all.add(wished);
            }
        }
        return all;
    }

    private static void said(Map<String, Object> wished, String key, @Nullable Object value) {
        if (value instanceof String text && !text.isEmpty()) {
            // dockerd keeps the gateway with its prefix in some versions.
            wished.put(key, key.equals("Gateway") ? text.replaceFirst("/.*", "") : text);
        }
    }
}
