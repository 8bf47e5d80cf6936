package dev.gantry.csi;

import dev.gantry.base.Internal;
import dev.gantry.linux.Errno;
import dev.gantry.linux.Fd;
import dev.gantry.linux.Linux;
import dev.gantry.linux.LinuxError;
import dev.gantry.linux.OpenFlags;
import dev.gantry.linux.Resolve;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// The directories of volumes on this host, one for each by its name. A plugin may put links into them: none is
/// followed here.
final class CsiDirectories {
    static final String STAGING = "staging";
    static final String TARGET = "target";

    private static final int PLACE = OpenFlags.PATH | OpenFlags.DIRECTORY;
    private static final int BELOW = Resolve.BENEATH | Resolve.NO_SYMLINKS | Resolve.NO_MAGICLINKS;
    private static final int MODE = 0755;

    private final Linux linux;
    private final CsiPlace place;

    CsiDirectories(Linux linux, CsiPlace place) {
        this.linux = linux;
        this.place = place;
    }

    /// That of staging; the target is the plugin's to make.
    void make(String volume) {
        try {
            if (!place.apart()) {
                Files.createDirectories(place.root());
            }
            try (Fd root = root()) {
                make(root, below(volume).resolve(STAGING));
            }
        } catch (IOException e) {
            throw new Internal(
                    "make directory " + place.root(), String.valueOf(e), "look at the file system of the data root", e);
        } catch (LinuxError e) {
            throw e.during("make the directory of volume " + volume);
        }
    }

    private void make(Fd directory, Path below) {
        String name = below.getName(0).toString();
        try {
            linux.directories().make(directory, name, MODE);
        } catch (LinuxError e) {
            if (!e.is(Errno.EEXIST)) {
                throw e;
            }
        }
        try (Fd made = open(directory, name)) {
            if (below.getNameCount() > 1) {
                make(made, below.subpath(1, below.getNameCount()));
            }
        }
    }

    boolean hasTarget(String volume) {
        try (Fd root = root();
                Fd _ = open(root, below(volume).resolve(TARGET).toString())) {
            return true;
        } catch (LinuxError e) {
            if (e.is(Errno.ENOENT, Errno.ENOTDIR, Errno.ELOOP)) {
                return false;
            }
            throw e.during("find volume " + volume);
        }
    }

    /// Whether something is mounted on its target: a bare directory is no volume. What cannot be looked at is not.
    boolean isMounted(String volume) {
        try (Fd root = root();
                Fd own = open(root, below(volume).toString());
                Fd _ = linux.files().open(own, TARGET, PLACE, 0, Resolve.PLAIN)) {
            return false;
        } catch (LinuxError e) {
            return e.is(Errno.EXDEV);
        }
    }

    /// Empty directories only: what a plugin left mounted or written there is not ours to delete.
    void clear(String volume) {
        try (Fd root = root();
                Fd all = open(root, below("").toString())) {
            try (Fd own = open(all, volume)) {
                remove(own, TARGET);
                remove(own, STAGING);
            }
            remove(all, volume);
        } catch (LinuxError e) {
            if (!e.is(Errno.ENOENT)) {
                throw new Internal(
                        "unmount volume " + volume,
                        "the plugin says that it is gone, and something is left: " + e.getMessage(),
                        "look at " + place.directory().resolve(volume),
                        e);
            }
        }
    }

    private void remove(Fd directory, String name) {
        try {
            linux.directories().removeEmpty(directory, name);
        } catch (LinuxError e) {
            if (!e.is(Errno.ENOENT)) {
                throw e;
            }
        }
    }

    private Path below(String volume) {
        return place.root().relativize(place.directory().resolve(volume));
    }

    private Fd root() {
        return linux.files().openDirectory(place.root().toString());
    }

    private Fd open(Fd directory, String below) {
        return linux.files().open(directory, below.isEmpty() ? "." : below, PLACE, 0, BELOW);
    }
}
