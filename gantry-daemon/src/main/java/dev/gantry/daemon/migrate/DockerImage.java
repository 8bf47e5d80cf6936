package dev.gantry.daemon.migrate;

import java.nio.file.Path;
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

    /// @param files the directory of its content
    /// @param tarSplit how its tar was put together
    record Layer(Path files, Path tarSplit) {}

    String shown() {
        return names.isEmpty() ? id.substring(0, 12) : names.getFirst();
    }
}
