package dev.gantry.images.layer;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import dev.gantry.base.Unsupported;
import dev.gantry.images.snapshot.OverlayFlavor;
import dev.gantry.linux.Errno;
import dev.gantry.linux.Fd;
import dev.gantry.linux.FileType;
import dev.gantry.linux.Linux;
import dev.gantry.linux.LinuxError;
import dev.gantry.linux.OpenFlags;
import dev.gantry.linux.Resolve;
import dev.gantry.linux.Stat;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;

/// One layer on its way from a tar into a directory: entry by entry, in the order of the archive, on
/// one thread.
final class LayerUnpacking implements AutoCloseable {
    private static final String WHITEOUT = ".wh.";
    private static final String OPAQUE = ".wh..wh..opq";
    private static final String RESERVED = ".wh..wh.";
    private static final String CAPABILITY = "security.capability";
    private static final int CHUNK = 1 << 18;
    private static final int NEW_FILE = OpenFlags.WRITE | OpenFlags.CREATE | OpenFlags.EXCLUSIVE | OpenFlags.NO_FOLLOW;

    private final Linux linux;
    private final Fd root;
    private final LayerTree tree;
    private final TarReader tar;
    private final LayerLimits limits;
    private final Arena arena = Arena.ofConfined();
    private final MemorySegment nativeChunk = arena.allocate(CHUNK);
    private final byte[] chunk = new byte[CHUNK];

    /// Writing into a directory changes its time: these are set at the end.
    private final Map<String, Instant> directoryTimes = new LinkedHashMap<>();

    private boolean whiteouts = true;
    private RootedTar.Rules rules = RootedTar.Rules.NONE;
    private long written;
    private long contentBytes;

    LayerUnpacking(Linux linux, Fd root, OverlayFlavor flavor, TarReader tar, LayerLimits limits) {
        this(linux, root, new LayerTree(linux, root, flavor), tar, limits);
    }

    LayerUnpacking(Linux linux, Fd root, LayerTree tree, TarReader tar, LayerLimits limits) {
        this.linux = linux;
        this.root = root;
        this.tree = tree;
        this.tar = tar;
        this.limits = limits;
    }

    /// Takes names as they are: none is a whiteout.
    LayerUnpacking plain() {
        whiteouts = false;
        return this;
    }

    /// The same, as somebody asked who copies files into a container.
    LayerUnpacking plain(RootedTar.Rules asked) {
        rules = asked;
        return plain();
    }

    /// Answers the sum of the sizes of all files. `what` names the work in errors.
    long run(String what) throws IOException {
        for (Optional<TarEntry> next = tar.next(); next.isPresent(); next = tar.next()) {
            TarEntry entry = next.get();
            try {
                tree.nextEntry();
                count(entry);
                unpack(entry);
            } catch (TarFault e) {
                throw e.of(what);
            } catch (LinuxError e) {
                throw e.during(what + ", entry " + TarFault.shown(entry.path()));
            }
        }
        try {
            directoryTimes.forEach((path, time) -> tree.reopen(path).ifPresent(fd -> {
                try (fd) {
                    linux.attributes().times(fd, time, time);
                }
            }));
        } catch (LinuxError e) {
            throw e.during(what);
        }
        return contentBytes;
    }

    /// Directories that no entry has described.
    Set<String> implied() {
        return tree.implied();
    }

    private void count(TarEntry entry) {
        if (entry.packedSize() > limits.bytes() - written) {
            throw new TarFault("its files have more than " + limits.bytes() + " bytes");
        }
        written += entry.packedSize();
        contentBytes += entry.size();
    }

    private void unpack(TarEntry entry) throws IOException {
        LayerPath path = LayerPath.of(rules.names().of(entry.path()));
        if (path.isRoot()) {
            unpackRoot(entry);
            return;
        }
        if (whiteouts && (path.name().startsWith(WHITEOUT) || path.parent().contains(WHITEOUT))) {
            if (whiteout(path)) {
                return;
            }
        }
        Fd parent = tree.directory(path.parent(), true);
        String name = path.name();
        if (rules.keepsKinds()) {
            checkKind(entry, parent, name);
        }
        switch (entry.type()) {
            case FILE -> file(entry, parent, name);
            case DIRECTORY -> {
                tree.makeDirectory(parent, name);
                describe(entry, parent, name);
                tree.implied().remove(path.text());
                directoryTimes.put(path.text(), entry.modified());
            }
            case SYMLINK -> {
                if (entry.link().isEmpty()) {
                    throw new TarFault("its link " + TarFault.shown(entry.path()) + " leads nowhere");
                }
                tree.replace(parent, name, () -> linux.directories().symlink(entry.link(), parent, name));
                describe(entry, parent, name);
            }
            case HARD_LINK -> hardLink(entry, path, parent);
            case CHARACTER_DEVICE, BLOCK_DEVICE, FIFO -> node(entry, parent, name);
        }
    }

    private void checkKind(TarEntry entry, Fd parent, String name) {
        Optional<Stat> there = linux.attributes().find(parent, name);
        if (there.isEmpty()) {
            return;
        }
        boolean now = there.get().type() == FileType.DIRECTORY;
        boolean then = entry.type() == TarEntry.Type.DIRECTORY;
        if (now != then) {
            throw new TarFault((now ? "cannot overwrite directory " : "cannot overwrite non-directory ")
                    + TarFault.shown(entry.path())
                    + (now ? " with non-directory" : " with directory"));
        }
    }

    private void unpackRoot(TarEntry entry) {
        if (entry.type() != TarEntry.Type.DIRECTORY) {
            throw new TarFault("it wants its root to be something else than a directory");
        }
        describe(entry, root, ".");
        directoryTimes.put("", entry.modified());
    }

    /// OCI image-spec 1.1 §layer "Whiteouts". False: it is none after all.
    private boolean whiteout(LayerPath path) {
        String above = "/" + path.parent() + "/";
        if (path.name().equals(OPAQUE)) {
            tree.opaque(tree.directory(path.parent(), true), ".");
            return true;
        }
        if (path.name().startsWith(RESERVED) || above.contains("/" + RESERVED)) {
            return true; // what AUFS kept for itself
        }
        if (above.contains("/" + WHITEOUT)) {
            throw new TarFault("its entry " + TarFault.shown(path.text()) + " is below a whiteout");
        }
        if (!path.name().startsWith(WHITEOUT)) {
            return false;
        }
        String hidden = path.name().substring(WHITEOUT.length());
        if (hidden.isEmpty() || hidden.equals(".") || hidden.equals("..")) {
            throw new TarFault("its whiteout " + TarFault.shown(path.text()) + " hides no name");
        }
        tree.whiteout(tree.directory(path.parent(), true), hidden);
        return true;
    }

    private void file(TarEntry entry, Fd parent, String name) throws IOException {
        Fd[] made = new Fd[1];
        Runnable make = () -> made[0] = linux.files().open(parent, name, NEW_FILE, 0600, Resolve.PLAIN);
        if (whiteouts) {
            tree.replace(parent, name, make);
        } else {
            try {
                make.run();
            } catch (LinuxError e) {
                if (!e.is(Errno.EEXIST)) {
                    throw e;
                }
                if (linux.attributes().stat(parent, name).type() != FileType.DIRECTORY) {
                    fileOver(entry, parent, name);
                    return;
                }
                tree.replace(parent, name, make);
            }
        }
        try (Fd fd = made[0]) {
            fill(fd, entry);
        }
    }

    /// Written beside, in the same directory, and renamed when it is whole: a failure leaves what was there.
    private void fileOver(TarEntry entry, Fd parent, String name) throws IOException {
        String beside =
                ".gantry-" + Long.toHexString(ThreadLocalRandom.current().nextLong()) + ".part";
        try (Fd fd = linux.files().open(parent, beside, NEW_FILE, 0600, Resolve.PLAIN)) {
            fill(fd, entry);
            linux.directories().rename(parent, beside, parent, name);
        } catch (IOException | RuntimeException e) {
            try {
                linux.directories().unlink(parent, beside);
            } catch (LinuxError left) {
                if (!left.is(Errno.ENOENT)) {
                    e.addSuppressed(left);
                }
            }
            throw e;
        }
    }

    private void fill(Fd fd, TarEntry entry) throws IOException {
        if (entry.sparse()) {
            for (TarEntry.Extent extent : entry.extents()) {
                copy(fd, extent.offset(), extent.length());
            }
            linux.files().truncate(fd, entry.size());
        } else {
            copy(fd, -1, entry.size());
        }
        // Owner first: chown(2) takes set-user-id bits and capabilities away.
        owner(entry, () -> linux.attributes().owner(fd, rules.uid(entry), rules.gid(entry)));
        linux.attributes().mode(fd, entry.mode());
        for (Map.Entry<String, byte[]> xattr : entry.xattrs().entrySet()) {
            setXattr(xattr.getKey(), () -> linux.attributes().setXattr(fd, xattr.getKey(), xattr.getValue()));
        }
        linux.attributes().times(fd, entry.modified(), entry.modified());
    }

    /// To `offset`, or when it is negative to where the descriptor stands.
    private void copy(Fd fd, long offset, long length) throws IOException {
        long done = 0;
        while (done < length) {
            int wanted = (int) Math.min(CHUNK, length - done);
            int n = 0;
            while (n < wanted) {
                int some = tar.read(chunk, n, wanted - n);
                if (some < 0) {
                    throw new IllegalStateException("a tar reader has as many bytes as it said");
                }
                n += some;
            }
            MemorySegment.copy(chunk, 0, nativeChunk, JAVA_BYTE, 0, n);
            linux.files().write(fd, nativeChunk, n, offset < 0 ? -1 : offset + done);
            done += n;
        }
    }

    private void hardLink(TarEntry entry, LayerPath path, Fd parent) {
        LayerPath target = LayerPath.of(rules.names().of(entry.link()));
        if (target.isRoot()) {
            throw new TarFault("its entry " + TarFault.shown(entry.path()) + " is a hard link to a directory");
        }
        try {
            Fd targetParent = tree.directory(target.parent(), false);
            // Looked at first: replacing what is at the name forgets directories, and must not happen for nothing.
            if (linux.attributes().stat(targetParent, target.name()).type() == FileType.DIRECTORY) {
                throw new TarFault("its entry " + TarFault.shown(entry.path()) + " is a hard link to a directory");
            }
            linux.directories().link(targetParent, target.name(), parent, path.name());
        } catch (LinuxError e) {
            if (e.is(Errno.EEXIST)) {
                relink(path, target);
            } else if (e.is(Errno.ENOENT, Errno.ENOTDIR, Errno.ELOOP)) {
                throw new TarFault("its entry " + TarFault.shown(entry.path()) + " is a hard link to "
                        + TarFault.shown(entry.link()) + ", which the layer does not have");
            } else {
                throw e;
            }
        }
    }

    /// A hard link over an earlier entry: made beside it and renamed, unless both are the same file
    /// already.
    private void relink(LayerPath path, LayerPath target) {
        Fd parent = tree.directory(path.parent(), true);
        var there = linux.attributes().stat(parent, path.name());
        var wanted = linux.attributes().stat(tree.directory(target.parent(), false), target.name());
        if (there.inode() == wanted.inode() && there.device() == wanted.device()) {
            return;
        }
        if (there.type() == FileType.DIRECTORY && (target.text() + "/").startsWith(path.text() + "/")) {
            throw new TarFault("its entry " + TarFault.shown(path.text()) + " would replace what it links to");
        }
        tree.replace(parent, path.name(), () -> {
            Fd to = tree.directory(path.parent(), true);
            Fd from = tree.directory(target.parent(), false);
            linux.directories().link(from, target.name(), to, path.name());
        });
    }

    private void node(TarEntry entry, Fd parent, String name) {
        FileType type = switch (entry.type()) {
            case CHARACTER_DEVICE -> FileType.CHARACTER_DEVICE;
            case BLOCK_DEVICE -> FileType.BLOCK_DEVICE;
            default -> FileType.FIFO;
        };
        try {
            int mode = type.modeBits() | 0600;
            tree.replace(
                    parent, name, () -> linux.directories().makeNode(parent, name, mode, entry.major(), entry.minor()));
        } catch (LinuxError e) {
            if (e.is(Errno.EPERM) && type != FileType.FIFO) {
                return; // In a user namespace nobody makes devices; the container gets its own /dev.
            }
            throw e;
        }
        describe(entry, parent, name);
    }

    /// Owner, mode, attributes and times of what is not a regular file, in this order.
    private void describe(TarEntry entry, Fd parent, String name) {
        owner(entry, () -> linux.attributes().owner(parent, name, rules.uid(entry), rules.gid(entry)));
        if (entry.type() != TarEntry.Type.SYMLINK) {
            linux.attributes().mode(parent, name, entry.mode());
        }
        for (Map.Entry<String, byte[]> xattr : entry.xattrs().entrySet()) {
            setXattr(xattr.getKey(), () -> linux.attributes().setXattr(parent, name, xattr.getKey(), xattr.getValue()));
        }
        linux.attributes().times(parent, name, entry.modified(), entry.modified());
    }

    private static void owner(TarEntry entry, Runnable chown) {
        try {
            chown.run();
        } catch (LinuxError e) {
            if (e.is(Errno.EINVAL)) {
                throw new Unsupported(
                        "unpack " + TarFault.shown(entry.path()),
                        "its owner " + entry.uid() + ":" + entry.gid() + " is not among the ids this user may give",
                        "extend the ranges in /etc/subuid and /etc/subgid",
                        e);
            }
            throw e;
        }
    }

    /// An archive may not speak to the overlay: its marks could lead a lookup anywhere in the layers
    /// below. What a filesystem cannot keep is left out, but a lost file capability is an error.
    private static void setXattr(String name, Runnable set) {
        if (name.startsWith("trusted.overlay.")
                || name.startsWith("user.overlay.")
                || name.equals("security.selinux")) {
            return;
        }
        try {
            set.run();
        } catch (LinuxError e) {
            if (!e.is(Errno.EOPNOTSUPP) && !(e.is(Errno.EPERM) && !name.equals(CAPABILITY))) {
                throw e;
            }
        }
    }

    @Override
    public void close() {
        tree.close();
        arena.close();
    }
}
