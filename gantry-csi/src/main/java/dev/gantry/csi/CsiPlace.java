package dev.gantry.csi;

import java.nio.file.Path;

/// Where a plugin listens, and where it puts volumes.
///
/// @param directory below which volumes are put, as the host calls it
/// @param inside the same, as the plugin calls it: another path for one in a root file system of its own
/// @param apart whether the plugin is in one; then no link in `directory` may lead out of it
public record CsiPlace(Path socket, Path directory, Path inside, boolean apart) {
    /// A plugin that sees the host's files.
    public static CsiPlace ofHost(Path socket, Path directory) {
        return new CsiPlace(socket, directory, directory, false);
    }
}
