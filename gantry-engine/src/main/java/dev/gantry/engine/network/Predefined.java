package dev.gantry.engine.network;

import dev.gantry.network.model.Drivers;
import dev.gantry.network.model.Instance;
import dev.gantry.network.model.NetworkSpec;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// The networks that are always there.
final class Predefined {
    static final String BRIDGE = "bridge";
    static final String HOST = "host";
    static final String NONE = "none";

    private Predefined() {}

    static List<NetworkSpec> all(Instance instance, NetworkDefaults defaults) {
        Map<String, String> options = new TreeMap<>(options(instance));
        options.putAll(defaults.bridgeOptions());
        return List.of(
                NetworkSpec.named(BRIDGE)
                        .withFamilies(true, defaults.bridgeIpv6())
                        .withPools(defaults.bridge())
                        .withOptions(options),
                NetworkSpec.named(HOST).withDriver(Drivers.HOST),
                NetworkSpec.named(NONE).withDriver(Drivers.NULL));
    }

    /// As Docker's has them, so that clients find what they look for.
    private static Map<String, String> options(Instance instance) {
        return Map.of(
                "com.docker.network.bridge.default_bridge",
                "true",
                "com.docker.network.bridge.enable_icc",
                "true",
                "com.docker.network.bridge.enable_ip_masquerade",
                "true",
                "com.docker.network.bridge.host_binding_ipv4",
                "0.0.0.0",
                "com.docker.network.bridge.name",
                instance.defaultBridge());
    }

    /// That of host and none is fixed: they have no addresses.
    static boolean hasAddresses(NetworkSpec spec) {
        return !spec.configOnly()
                && !spec.driver().equals(Drivers.HOST)
                && !spec.driver().equals(Drivers.NULL);
    }
}
