package dev.gantry.linux;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/// Whole directory trees, by descriptors: a link is never followed and a mount never entered.
public final class Trees {
    /// Deeper directories are first moved up to the top: descriptors are bounded, however deep a hostile
    /// tree is.
    private static final int DEPTH = 64;

    private static final int RWX = 0700;

    private final FileCalls files;
    private final DirectoryCalls directories;
    private final AttributeCalls attributes;

    Trees(FileCalls files, DirectoryCalls directories, AttributeCalls attributes) {
        this.files = files;
        this.directories = directories;
        this.attributes = attributes;
    }

    /// Deletes `name` in `parent`, whatever it is, with all below it. What is absent is not an error. A
    /// mount inside is EXDEV or EBUSY and stays, and so does what lies above it.
    public void delete(Fd parent, String name) {
        if (!unlinked(parent, name)) {
            deleteDirectory(parent, name);
        }
    }

    /// Deletes what is at an absolute path of the host.
    public void delete(String path) {
        int slash = path.lastIndexOf('/');
        if (slash < 0 || slash == path.length() - 1) {
            throw new IllegalArgumentException("expected an absolute path with a last name: " + path);
        }
        try (Fd parent = files.openDirectory(slash == 0 ? "/" : path.substring(0, slash))) {
            delete(parent, path.substring(slash + 1));
        } catch (LinuxError e) {
            if (!e.is(Errno.ENOENT)) {
                throw e;
            }
        }
    }

    /// One level of the walk: an open directory, and its name in the one above.
    private record Level(Fd fd, String name, Deque<DirectoryCalls.Entry> left) {}

    private void deleteDirectory(Fd parent, String top) {
        Deque<Level> path = new ArrayDeque<>();
        try {
            path.push(enter(parent, top));
            int moved = 0;
            while (!path.isEmpty()) {
                Level here = path.peek();
                DirectoryCalls.Entry entry = here.left().poll();
                if (entry == null && !refill(here)) {
                    path.pop().fd().close();
                    directories.removeEmpty(
                            path.isEmpty() ? parent : path.peek().fd(), here.name());
                } else if (entry != null && !unlinked(here.fd(), entry)) {
                    if (path.size() < DEPTH) {
                        path.push(enter(here.fd(), entry.name()));
                    } else {
                        moved = moveUp(here.fd(), entry.name(), path.getLast().fd(), moved);
                    }
                }
            }
        } finally {
            path.forEach(level -> level.fd().close());
        }
    }

    private int moveUp(Fd from, String name, Fd top, int count) {
        for (int n = count; ; n++) {
            try {
                directories.renameNew(from, name, top, ".gantry-deep-" + n);
                return n + 1;
            } catch (LinuxError e) {
                if (!e.is(Errno.EEXIST)) {
                    throw e;
                }
            }
        }
    }

    /// Names are removed while they are listed: only an empty answer after a full round means that nothing
    /// is left.
    private boolean refill(Level level) {
        List<DirectoryCalls.Entry> more = directories.nextEntries(level.fd());
        if (more.isEmpty()) {
            try (Fd again = files.open(level.fd(), ".", OpenFlags.READ | OpenFlags.DIRECTORY, 0, Resolve.PLAIN)) {
                more = directories.nextEntries(again);
            }
        }
        level.left().addAll(more);
        return !more.isEmpty();
    }

    private boolean unlinked(Fd directory, DirectoryCalls.Entry entry) {
        if (entry.type() == FileType.DIRECTORY) {
            return false;
        }
        return unlinked(directory, entry.name());
    }

    /// False if it is a directory; what is absent is no error.
    private boolean unlinked(Fd directory, String name) {
        try {
            return directories.unlinkFile(directory, name);
        } catch (LinuxError e) {
            if (e.is(Errno.ENOENT)) {
                return true;
            }
            throw e;
        }
    }

    private Level enter(Fd parent, String name) {
        int flags = OpenFlags.READ | OpenFlags.DIRECTORY | OpenFlags.NO_FOLLOW;
        Fd fd;
        try {
            fd = files.open(parent, name, flags, 0, Resolve.PLAIN);
        } catch (LinuxError e) {
            if (!e.is(Errno.EACCES)) {
                throw e;
            }
            // An owner who is not root may lack the right to read, and may give it to himself.
            try (Fd place = files.open(parent, name, flags | OpenFlags.PATH, 0, Resolve.PLAIN)) {
                attributes.modeOfPlace(place, RWX);
            }
            fd = files.open(parent, name, flags, 0, Resolve.PLAIN);
        }
        return new Level(fd, name, new ArrayDeque<>());
    }
}
