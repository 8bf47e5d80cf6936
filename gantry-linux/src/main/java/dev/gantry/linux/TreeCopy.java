package dev.gantry.linux;

import dev.gantry.base.Unsupported;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Copies a tree as it is: content (shared where the file system can), holes, owners, modes, times,
/// extended attributes, hard links, links, devices and fifos. Sockets stay behind: their other end does.
/// By descriptors; no link is followed, no mount entered.
public final class TreeCopy {
    private static final int DIRECTORY = OpenFlags.READ | OpenFlags.DIRECTORY | OpenFlags.NO_FOLLOW;
    private static final int ANY_DIRECTORY = OpenFlags.PATH | OpenFlags.DIRECTORY | OpenFlags.NO_FOLLOW;

    /// Each level has a descriptor, and its place on the stack.
    static final int DEEPEST = 512;

    private final Linux linux;
    private final Fd target;
    private final Inode place;
    private final Runnable check;

    /// Files with several names, by inode: where the first name is in the copy.
    private final Map<Inode, String> linked = new HashMap<>();

    private record Inode(long device, long number) {
        static Inode of(Stat stat) {
            return new Inode(stat.device(), stat.inode());
        }
    }

    private TreeCopy(Linux linux, Fd target, Runnable check) {
        this.linux = linux;
        this.check = check;
        this.target = target;
        this.place = Inode.of(linux.attributes().stat(target));
    }

    /// A directory to copy from, which may be several that are seen as one.
    public interface Source extends AutoCloseable {
        List<String> names();

        /// The directory that has this name; empty when none has it any more.
        Optional<Fd> having(String name);

        /// EXDEV where something is mounted, which is not entered.
        Source enter(String name);

        /// Itself, for its owner, mode and times.
        Fd top();

        @Override
        void close();
    }

    public static void copy(Linux linux, Fd from, Fd to) {
        copy(linux, from, to, () -> {});
    }

    /// Copies what is in `from`, and what it is itself, into the directory `to`. `check` is asked again and again, and
    /// ends the copy by throwing.
    public static void copy(Linux linux, Fd from, Fd to, Runnable check) {
        try (Source source = new Plain(linux, linux.files().open(from, ".", DIRECTORY, 0, Resolve.PLAIN))) {
            copy(linux, source, to, check);
        }
    }

    /// The same from wherever `from` has its files.
    public static void copy(Linux linux, Source from, Fd to, Runnable check) {
        var copy = new TreeCopy(linux, to, check);
        copy.children(from, to, "", 0);
        copy.describe(from.top(), ".", linux.attributes().stat(from.top()), to, ".");
    }

    private record Plain(Linux linux, Fd top) implements Source {
        @Override
        public List<String> names() {
            return linux.directories().entries(top).stream()
                    .map(DirectoryCalls.Entry::name)
                    .toList();
        }

        @Override
        public Optional<Fd> having(String name) {
            return Optional.of(top);
        }

        @Override
        public Source enter(String name) {
            return new Plain(linux, linux.files().open(top, name, DIRECTORY, 0, Resolve.PLAIN));
        }

        @Override
        public void close() {
            top.close();
        }
    }

    private void children(Source from, Fd to, String path, int depth) {
        if (depth > DEEPEST) {
            throw new Unsupported(
                    "copy a tree of files",
                    "it has directories that are more than " + DEEPEST + " deep",
                    "use it where nothing has to be copied, or make it less deep");
        }
        for (String name : from.names()) {
            Optional<Fd> directory = from.having(name);
            if (directory.isEmpty()) {
                continue;
            }
            try {
                one(from, directory.get(), to, name, path.isEmpty() ? name : path + "/" + name, depth);
            } catch (LinuxError e) {
                // What went while it was copied was not there.
                if (linux.attributes().find(directory.get(), name).isPresent()) {
                    throw e;
                }
            }
        }
    }

    private void one(Source above, Fd from, Fd to, String name, String path, int depth) {
        check.run();
        Stat stat = linux.attributes().stat(from, name);
        if (stat.type() != FileType.DIRECTORY && stat.links() > 1) {
            String first = linked.putIfAbsent(Inode.of(stat), path);
            if (first != null) {
                link(first, to, name);
                return;
            }
        }
        switch (stat.type()) {
            case DIRECTORY -> {
                if (Inode.of(stat).equals(place)) {
                    throw new Unsupported(
                            "copy a tree of files",
                            "the place that it would be copied to is in it, at " + path,
                            "use a directory without that place");
                }
                linux.directories().make(to, name, 0700);
                directory(above, to, name, path, depth);
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

    private void directory(Source above, Fd to, String name, String path, int depth) {
        try (Source source = above.enter(name);
                Fd made = linux.files().open(to, name, DIRECTORY, 0, Resolve.PLAIN)) {
            children(source, made, path, depth + 1);
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
            if (keeps(attribute)) {
                linux.attributes().xattr(from, name, attribute).ifPresent(value -> xattr(to, made, attribute, value));
            }
        }
        linux.attributes().times(to, made, stat.accessed(), stat.modified());
    }

    /// What a lower layer says to an overlay would mean something else in a plain directory.
    public static boolean keeps(String attribute) {
        return !attribute.startsWith("trusted.overlay.") && !attribute.startsWith("user.overlay.");
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
