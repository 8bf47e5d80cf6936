package dev.gantry.daemon.migrate;

import java.util.List;

/// An image in the data root of a dockerd.
///
/// @param id without `sha256:`
/// @param config whose digest the id is
record DockerImage(String id, byte[] config, List<String> names, List<Layer> layers) {
    DockerImage {
        names = List.copyOf(names);
        layers = List.copyOf(layers);
    }

    /// Places below the data root.
    ///
    /// @param files the directory of its content
    /// @param tarSplit how its tar was put together
    record Layer(String files, String tarSplit) {}

    String shown() {
        return shown(id, names);
    }

    /// What is said of it, of whatever length its id is.
    static String shown(String id, List<String> names) {
        return names.isEmpty() ? id.substring(0, Math.min(12, id.length())) : names.getFirst();
    }
}
