package dev.gantry.engine;

import dev.gantry.base.Internal;
import dev.gantry.runtime.oci.CgroupLayout;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/// The control groups in which watches are born, apart from the containers' and the daemon's.
final class WatchGroups implements AutoCloseable {
    /// Those that account what a watch costs; a watch needs no limit of the others.
    private static final List<String> CONTROLLERS = List.of("memory", "cpu", "cpuacct", "pids");

    private final String parent;
    private final CgroupLayout layout;
    private final List<Path> directories = new ArrayList<>();

    WatchGroups(CgroupLayout layout, String parent) {
        this.layout = layout;
        this.parent = parent;
        if (!layout.writable()) {
            return;
        }
        Set<Path> all = new LinkedHashSet<>();
        for (String controller : CONTROLLERS) {
            String mount = layout.v1().get(controller);
            if (mount != null) {
                all.add(Path.of(mount, parent, "watch"));
            }
        }
        if (!layout.v2().isEmpty()) {
            all.add(Path.of(layout.v2(), parent, "watch"));
        }
        for (Path directory : all) {
            try {
                directories.add(Files.createDirectories(directory));
            } catch (IOException e) {
                throw new Internal("make cgroup " + directory, String.valueOf(e), "give the right to make cgroups", e);
            }
        }
    }

    List<Path> directories() {
        return directories;
    }

    /// Removes what is empty, also the parents that plans made in other hierarchies; while watches live their groups
    /// stay.
    @Override
    public void close() {
        directories.forEach(WatchGroups::isRemoved);
        if (!layout.writable()) {
            return;
        }
        Set<String> mounts = new LinkedHashSet<>(layout.v1().values());
        if (!layout.v2().isEmpty()) {
            mounts.add(layout.v2());
        }
        Path parents = Path.of(parent);
        for (String mount : mounts) {
            boolean empty = true;
            for (int depth = parents.getNameCount(); empty && depth > 0; depth--) {
                empty = isRemoved(Path.of(mount).resolve(parents.subpath(0, depth)));
            }
        }
    }

    private static boolean isRemoved(Path group) {
        try {
            Files.deleteIfExists(group);
            return true;
        } catch (IOException e) {
            return false;
        }
    }
}
