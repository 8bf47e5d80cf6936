package dev.gantry.engine.container;

import dev.gantry.base.Internal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// A directory with what nearly every container mounts something over: the lowest layer of each root. An image that has
/// these names shows its own; one that lacks them need not get them in every container's writable layer, and what is
/// committed from one does not have them.
public final class MountPoints {
    private static final List<String> DIRECTORIES = List.of("dev", "etc", "proc", "sys");
    private static final List<String> FILES = List.of("etc/hostname", "etc/hosts", "etc/resolv.conf");

    private MountPoints() {}

    /// Makes what is missing below `directory`, which is there, and returns it.
    public static Path in(Path directory) {
        try {
            for (String name : DIRECTORIES) {
                Files.createDirectories(directory.resolve(name));
            }
            for (String name : FILES) {
                if (!Files.exists(directory.resolve(name))) {
                    Files.createFile(directory.resolve(name));
                }
            }
            return directory;
        } catch (IOException e) {
            throw new Internal(
                    "make mount points in " + directory,
                    String.valueOf(e.getMessage()),
                    "look at the disk of the data root for space and errors",
                    e);
        }
    }
}
