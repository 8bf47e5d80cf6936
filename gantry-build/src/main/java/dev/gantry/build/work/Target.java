package dev.gantry.build.work;

import dev.gantry.base.InvalidArgument;
import dev.gantry.linux.Errno;
import dev.gantry.linux.Fd;
import dev.gantry.linux.FileType;
import dev.gantry.linux.Linux;
import dev.gantry.linux.LinuxError;
import dev.gantry.linux.OpenFlags;
import dev.gantry.linux.Resolve;
import dev.gantry.linux.Stat;
import java.time.Instant;
import java.util.Optional;

/// The root that a build writes to, mounted nowhere. Every directory is opened by the kernel below the root, where
/// links
/// lead to places inside; the last name of a path is never followed.
final class Target implements AutoCloseable {
    private static final int DIRECTORY = OpenFlags.READ | OpenFlags.DIRECTORY;
    private static final int INSIDE = Resolve.IN_ROOT | Resolve.NO_MAGICLINKS;

    private final Linux linux;
    private final Fd root;

    Target(Linux linux, Fd root) {
        this.linux = linux;
        this.root = root;
    }

    Linux linux() {
        return linux;
    }

    Fd root() {
        return root;
    }

    /// What it means with all links followed; empty when there is nothing.
    Optional<Stat> followed(String path) {
        try (Fd place = linux.files().open(root, relative(path), OpenFlags.PATH, 0, INSIDE)) {
            return Optional.of(linux.attributes().stat(place));
        } catch (LinuxError e) {
            if (e.is(Errno.ENOENT, Errno.ENOTDIR)) {
                return Optional.empty();
            }
            throw e.during("look at " + path);
        }
    }

    boolean isDirectory(String path) {
        return followed(path).filter(s -> s.type() == FileType.DIRECTORY).isPresent();
    }

    /// How new directories look.
    record Looks(int mode, int uid, int gid, Instant time) {}

    /// The directory, with links followed; missing ones on the way are made.
    Fd directory(String path, Looks looks) {
        String clean = relative(path);
        try {
            return linux.files().open(root, clean, DIRECTORY, 0, INSIDE);
        } catch (LinuxError e) {
            if (!e.is(Errno.ENOENT)) {
                throw odd(path, e);
            }
        }
        int slash = clean.lastIndexOf('/');
        try (Fd parent = directory(slash < 0 ? "" : clean.substring(0, slash), looks)) {
            String name = clean.substring(slash + 1);
            make(parent, name, looks);
            // A link that leads nowhere is not followed by who makes a directory.
            return linux.files().open(root, clean, DIRECTORY, 0, INSIDE);
        } catch (LinuxError e) {
            throw odd(path, e);
        }
    }

    private static RuntimeException odd(String path, LinuxError e) {
        if (e.is(Errno.ENOTDIR, Errno.ELOOP, Errno.ENOENT, Errno.EEXIST)) {
            return new InvalidArgument(
                    "write to " + path,
                    "something on the way is no directory: " + e.errno().words(),
                    "choose another place");
        }
        return e.during("write to " + path);
    }

    private void make(Fd parent, String name, Looks looks) {
        linux.directories().make(parent, name, looks.mode());
        linux.attributes().owner(parent, name, looks.uid(), looks.gid());
        linux.attributes().mode(parent, name, looks.mode());
    }

    /// A directory at the name; whether it is new. What is there and is none is an error.
    boolean makeDirectory(Fd parent, String name, int mode) {
        try {
            linux.directories().make(parent, name, mode);
            return true;
        } catch (LinuxError e) {
            if (e.is(Errno.EEXIST) && linux.attributes().stat(parent, name).type() == FileType.DIRECTORY) {
                return false;
            }
            throw e.is(Errno.EEXIST)
                    ? new InvalidArgument(
                            "copy the directory " + name, "there is a file in its place", "choose another place")
                    : e.during("make the directory " + name);
        }
    }

    /// An open directory, by its name and not by a link.
    Fd enter(Fd parent, String name) {
        return linux.files().open(parent, name, DIRECTORY | OpenFlags.NO_FOLLOW, 0, Resolve.PLAIN & ~Resolve.NO_XDEV);
    }

    /// Makes room for a file.
    void clear(Fd parent, String name) {
        Optional<Stat> there = linux.attributes().find(parent, name);
        if (there.isPresent()) {
            if (there.get().type() == FileType.DIRECTORY) {
                throw new InvalidArgument(
                        "copy to " + name, "there is a directory in its place", "end the destination with a slash");
            }
            linux.directories().unlink(parent, name);
        }
    }

    static String relative(String path) {
        String clean =
                path.replaceAll("/+", "/").replaceAll("(/\\.)+(?=/|$)", "").replaceAll("^/|/$", "");
        return clean.isEmpty() ? "." : clean;
    }

    @Override
    public void close() {
        root.close();
    }
}
