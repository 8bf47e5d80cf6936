package dev.gantry.engine.container;

import dev.gantry.base.Internal;
import dev.gantry.linux.Errno;
import dev.gantry.linux.Fd;
import dev.gantry.linux.Linux;
import dev.gantry.linux.LinuxError;
import dev.gantry.linux.OpenFlags;
import dev.gantry.linux.Resolve;
import dev.gantry.linux.Stat;
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

    private static final String ETC = "etc";
    private static final int DIRECTORY_MODE = 0755;

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

    /// One of them, with nothing in it.
    static Path empty(Path directory) {
        return directory.resolve("proc");
    }

    /// Gives a root that is a copy what it lacks of them, looking as they do in `from`: such a root has no lowest
    /// layer.
    static void complete(Linux linux, Path from, Path root) {
        try (Fd own = linux.files().openDirectory(from.toString());
                Fd top = linux.files().openDirectory(root.toString())) {
            for (String name : DIRECTORIES) {
                if (linux.attributes().find(top, name).isEmpty()) {
                    linux.directories().make(top, name, DIRECTORY_MODE);
                    Stat stat = linux.attributes().stat(own, name);
                    linux.attributes().mode(top, name, stat.mode());
                }
            }
            completeEtc(linux, own, top);
        } catch (LinuxError e) {
            throw e.during("make mount points in " + root);
        }
    }

    /// An image may have something else there than a directory, and then has none of these files.
    private static void completeEtc(Linux linux, Fd own, Fd top) {
        int inside = Resolve.IN_ROOT | Resolve.NO_MAGICLINKS;
        try (Fd etc = linux.files().open(top, ETC, OpenFlags.READ | OpenFlags.DIRECTORY, 0, inside)) {
            try (Fd model = linux.files().open(own, ETC, OpenFlags.READ | OpenFlags.DIRECTORY, 0, inside)) {
                for (String path : FILES) {
                    complete(linux, model, etc, path.substring(ETC.length() + 1));
                }
            }
        } catch (LinuxError e) {
            if (!e.is(Errno.ENOENT, Errno.ENOTDIR, Errno.ELOOP)) {
                throw e;
            }
        }
    }

    private static void complete(Linux linux, Fd model, Fd etc, String name) {
        if (linux.attributes().find(etc, name).isPresent()) {
            return;
        }
        Stat stat = linux.attributes().stat(model, name);
        int flags = OpenFlags.WRITE | OpenFlags.CREATE | OpenFlags.EXCLUSIVE | OpenFlags.NO_FOLLOW;
        try (Fd made = linux.files().open(etc, name, flags, stat.mode(), Resolve.PLAIN)) {
            linux.attributes().mode(made, stat.mode());
            linux.attributes().times(made, stat.modified(), stat.modified());
        }
    }
}
