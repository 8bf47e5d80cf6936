package dev.gantry.engine.container;

import dev.gantry.base.ContainerId;
import java.nio.file.Path;
import java.util.List;

/// The directories of one engine.
///
/// @param containers one directory per container, below the data root
/// @param watches one directory per running container or exec, below the run root; its name is short, for the socket in
/// it
/// @param attachPoint an empty directory; roots are attached over it in the containers' own mount namespaces
/// @param mountPoints the lowest layer of every root, see [MountPoints]
/// @param groups where control groups are, relative to each hierarchy
/// @param hidden what a container over a directory of the host must not see
public record Places(
        Path containers, Path watches, Path attachPoint, Path mountPoints, GroupPlaces groups, List<Path> hidden) {
    /// In the directory of an exec's watch: the id of its container.
    public static final String EXEC_FILE = "exec";

    /// Of an id, in the name of a watch's directory.
    static final int ID_DIGITS = 16;

    public Places {
        hidden = List.copyOf(hidden);
    }

    /// Where the watch of a container or exec is; with a dash and a number while an earlier one is still leaving.
    public Path watch(ContainerId id) {
        return watches.resolve(id.hex().substring(0, ID_DIGITS));
    }

    public String cgroup(ContainerId id) {
        return groups.of(id.hex());
    }

    Path exitRecord(ContainerId id) {
        return containers.resolve(id.hex()).resolve("exit.json");
    }
}
