package dev.gantry.engine.managed;

import dev.gantry.base.Unsupported;
import java.util.Map;

/// The protocols of plugins that this version does not speak: such a plugin would run and never be asked.
final class Unspoken {
    private static final Map<String, String> WORDS = Map.of(
            "secretprovider", "there are no secrets outside of a swarm",
            "graphdriver", "layers are kept by gantry itself");

    private Unspoken() {}

    static void refuse(String name, PluginConfig config) {
        for (String type : config.capabilitiesOfTypes()) {
            String why = WORDS.get(type);
            if (why != null) {
                throw new Unsupported(
                        "enable plugin " + name,
                        "it is a " + type + ", and this version does not speak that protocol: " + why,
                        "use a plugin for volumes, networks, addresses, logs, metrics or authorization");
            }
        }
    }
}
