package dev.gantry.volume;

import dev.gantry.linux.DirectoryCalls;
import dev.gantry.linux.Errno;
import dev.gantry.linux.Fd;
import dev.gantry.linux.FileType;
import dev.gantry.linux.Linux;
import dev.gantry.linux.LinuxError;
import dev.gantry.linux.OpenFlags;
import dev.gantry.linux.Resolve;
import dev.gantry.linux.Stat;
import java.util.HashMap;
import java.util.Map;

/// Copies a tree as it is: content (shared where the file system can), holes, owners, modes, times,
/// extended attributes, hard links, links, devices and fifos. Sockets stay behind: their other end does.
/// By descriptors; no link is followed, no mount entered.
final class TreeCopy {
    private static final int DIRECTORY = OpenFlags.READ | OpenFlags.DIRECTORY | OpenFlags.NO_FOLLOW;
    private static final int ANY_DIRECTORY = OpenFlags.PATH | OpenFlags.DIRECTORY | OpenFlags.NO_FOLLOW;

    private final Linux linux;
    private final Fd target;
    private final Runnable check;

    /// Files with several names, by inode: where the first name is in the copy.
    private final Map<Long, String> linked = new HashMap<>();

    private TreeCopy(Linux linux, Fd target, Runnable check) {
        this.linux = linux;
        this.check = check;
        this.target = target;
    }

    static void copy(Linux linux, Fd from, Fd to) {
        copy(linux, from, to, () -> {});
    }

    /// Copies what is in `from`, and what it is itself, into the directory `to`. `check` is asked again and again, and
    /// ends the copy by throwing.
    static void copy(Linux linux, Fd from, Fd to, Runnable check) {
        var copy = new TreeCopy(linux, to, check);
        try (Fd source = linux.files().open(from, ".", DIRECTORY, 0, Resolve.PLAIN)) {
            copy.children(source, to, "");
            copy.describe(from, ".", linux.attributes().stat(source), to, ".");
        }
    }

    private void children(Fd from, Fd to, String path) {
        for (DirectoryCalls.Entry entry : linux.directories().entries(from)) {
            String name = entry.name();
            try {
                one(from, to, name, path.isEmpty() ? name : path + "/" + name);
            } catch (LinuxError e) {
                // What went while it was copied was not there.
                if (linux.attributes().find(from, name).isPresent()) {
                    throw e;
                }
            }
        }
    }

    private void one(Fd from, Fd to, String name, String path) {
        check.run();
        Stat stat = linux.attributes().stat(from, name);
        if (stat.type() != FileType.DIRECTORY && stat.links() > 1) {
            String first = linked.putIfAbsent(stat.inode(), path);
            if (first != null) {
                link(first, to, name);
                return;
            }
        }
        switch (stat.type()) {
            case DIRECTORY -> {
                linux.directories().make(to, name, 0700);
                directory(from, to, name, path);
            }
            case REGULAR -> file(from, to, name, stat);
            case SYMLINK -> linux.directories().symlink(linux.directories().readLink(from, name), to, name);
            case CHARACTER_DEVICE, BLOCK_DEVICE, FIFO ->
                linux.directories()
                        .makeNode(to, name, stat.type().modeBits() | 0600, stat.nodeMajor(), stat.nodeMinor());
            case SOCKET, UNKNOWN -> {
                return;
            }
        }
        describe(from, name, stat, to, name);
    }

    private void directory(Fd from, Fd to, String name, String path) {
        try (Fd source = linux.files().open(from, name, DIRECTORY, 0, Resolve.PLAIN);
                Fd made = linux.files().open(to, name, DIRECTORY, 0, Resolve.PLAIN)) {
            children(source, made, path);
        } catch (LinuxError e) {
            // A mount in the tree is not entered: what it covers is copied as an empty directory.
            if (!e.is(Errno.EXDEV)) {
                throw e;
            }
        }
    }

    private void file(Fd from, Fd to, String name, Stat stat) {
        int flags = OpenFlags.READ | OpenFlags.NO_FOLLOW | OpenFlags.NON_BLOCKING;
        try (Fd source = linux.files().open(from, name, flags, 0, Resolve.PLAIN);
                Fd made = linux.files()
                        .open(
                                to,
                                name,
                                OpenFlags.WRITE | OpenFlags.CREATE | OpenFlags.EXCLUSIVE,
                                0600,
                                Resolve.PLAIN)) {
            if (!linux.copies().share(source, made)) {
                linux.copies().copy(source, made, stat.size(), check);
            }
        }
    }

    private void link(String first, Fd to, String name) {
        int slash = first.lastIndexOf('/');
        if (slash < 0) {
            linux.directories().link(target, first, to, name);
            return;
        }
        try (Fd parent = linux.files().open(target, first.substring(0, slash), ANY_DIRECTORY, 0, Resolve.PLAIN)) {
            linux.directories().link(parent, first.substring(slash + 1), to, name);
        }
    }

    /// The owner first: a change of it takes set-user-id bits and file capabilities away.
    private void describe(Fd from, String name, Stat stat, Fd to, String made) {
        linux.attributes().owner(to, made, stat.uid(), stat.gid());
        if (stat.type() != FileType.SYMLINK) {
            linux.attributes().mode(to, made, stat.mode());
        }
        for (String attribute : linux.attributes().xattrs(from, name)) {
            if (!isOverlays(attribute)) {
                linux.attributes().xattr(from, name, attribute).ifPresent(value -> xattr(to, made, attribute, value));
            }
        }
        linux.attributes().times(to, made, stat.accessed(), stat.modified());
    }

    /// What a lower layer says to an overlay would mean something else in a plain directory.
    private static boolean isOverlays(String attribute) {
        return attribute.startsWith("trusted.overlay.") || attribute.startsWith("user.overlay.");
    }

    private void xattr(Fd to, String name, String attribute, byte[] value) {
        try {
            linux.attributes().setXattr(to, name, attribute, value);
        } catch (LinuxError e) {
            // A label or attribute that the other file system cannot keep; a lost capability would be an error.
            if (!e.is(Errno.EOPNOTSUPP) || attribute.equals("security.capability")) {
                throw e;
            }
        }
    }
}
