package dev.gantry.csi;

import java.nio.file.Path;

/// Where a plugin listens, and where it puts volumes.
///
/// @param root a directory of ours; no link below it is followed out of it
/// @param directory the same or one in it, below which volumes are put, as the host calls it
/// @param inside the same, as the plugin calls it: another path for one in a root file system of its own
/// @param apart whether the plugin is in one; then everything below `root` is the plugin's
public record CsiPlace(Path socket, Path root, Path directory, Path inside, boolean apart) {
    /// A plugin that sees the host's files.
    public static CsiPlace ofHost(Path socket, Path directory) {
        return new CsiPlace(socket, directory, directory, directory, false);
    }
}
