package dev.gantry.engine.plugin;

import java.nio.file.Path;

/// A plugin with a root file system of its own speaks of paths in it; this is where they are on the host. Whoever opens
/// such a path must not follow a link out of [#limit]: the plugin may put links anywhere in it.
///
/// @param rootfs its root, as a directory of the host
/// @param inside the directory in which its mounts are seen by the host, as the plugin calls it; empty when there is
/// none
/// @param shared the same, as the host calls it
/// @param logging the directory of the host that is [#LOGGING] inside
public record PluginPlaces(Path rootfs, String inside, Path shared, Path logging) {
    /// Where log plugins find the pipes that they read.
    public static final Path LOGGING = Path.of("/run/docker/logging");

    public Path onHost(String path) {
        Path below = Path.of("/").relativize(Path.of(path).normalize());
        if (isShared(path)) {
            return shared.resolve(
                    Path.of(inside).normalize().relativize(Path.of(path).normalize()));
        }
        return rootfs.resolve(below);
    }

    /// The directory of the host that `onHost`, an answer of [#onHost], does not lead out of.
    public Path limit(Path onHost) {
        return onHost.startsWith(shared) ? shared : rootfs;
    }

    private boolean isShared(String path) {
        return !inside.isEmpty()
                && Path.of(path).normalize().startsWith(Path.of(inside).normalize());
    }
}
