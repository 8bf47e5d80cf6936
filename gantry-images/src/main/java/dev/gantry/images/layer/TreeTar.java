package dev.gantry.images.layer;

import dev.gantry.images.snapshot.OverlayFlavor;
import dev.gantry.linux.DirectoryCalls;
import dev.gantry.linux.Errno;
import dev.gantry.linux.Fd;
import dev.gantry.linux.FileType;
import dev.gantry.linux.Linux;
import dev.gantry.linux.LinuxError;
import dev.gantry.linux.OpenFlags;
import dev.gantry.linux.Resolve;
import dev.gantry.linux.Stat;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// A directory tree as a plain tar and back: owners, modes, times, extended attributes, hard links, holes, devices and
/// fifos. No name in it means anything, as `.wh.` does in a layer. Sockets are left out; mounts are not entered.
public final class TreeTar {
    private static final int DIRECTORY = OpenFlags.READ | OpenFlags.DIRECTORY | OpenFlags.NO_FOLLOW;
    private static final int FILE = OpenFlags.READ | OpenFlags.NO_FOLLOW | OpenFlags.NON_BLOCKING;
    private static final LayerLimits UNLIMITED = new LayerLimits(Long.MAX_VALUE, Long.MAX_VALUE);
    private static final long MOST_PADDING = 1 << 20;
    private static final long SECTOR = 512;

    private TreeTar() {}

    /// Writes the tree and flushes; the stream stays open.
    public static void pack(Linux linux, Fd root, OutputStream out) throws IOException {
        try (Fd again = linux.files().open(root, ".", DIRECTORY, 0, Resolve.PLAIN)) {
            var packing = new Packing(linux, new TarWriter(out));
            packing.root(again);
            packing.children(again, "");
            packing.tar.finish();
        } catch (LinuxError e) {
            throw e.during("pack a directory");
        }
    }

    /// Unpacks into the empty directory `root`; nothing in the archive leads out of it. `name` is for errors. An
    /// archive
    /// without its end is refused: it was cut.
    public static void unpack(Linux linux, InputStream in, Fd root, String name) throws IOException {
        unpack(linux, in, root, name, UNLIMITED);
    }

    /// The same for what comes from somebody who is not trusted with the disk.
    public static void unpack(Linux linux, InputStream in, Fd root, String name, LayerLimits limits)
            throws IOException {
        TarReader reader = new TarReader(in, name, limits);
        try (var unpacking = new LayerUnpacking(linux, root, OverlayFlavor.TRUSTED, reader, limits).plain()) {
            unpacking.run("unpack " + name);
            reader.drain(MOST_PADDING);
            if (!reader.isWhole()) {
                throw new TarFault("it ends before its end, so that a part of it may be missing").of("unpack " + name);
            }
        } catch (LinuxError e) {
            throw e.during("unpack " + name);
        }
    }

    private record Inode(long device, long number) {}

    private static final class Packing {
        private final Linux linux;
        private final TarWriter tar;
        private final Map<Inode, String> firstNames = new HashMap<>();

        Packing(Linux linux, TarWriter tar) {
            this.linux = linux;
            this.tar = tar;
        }

        void root(Fd root) throws IOException {
            Stat stat = linux.attributes().stat(root);
            tar.write(of(TarEntry.Type.DIRECTORY, "./", "", stat, xattrs(root, ".")), nothing());
        }

        void children(Fd directory, String prefix) throws IOException {
            List<String> names = linux.directories().entries(directory).stream()
                    .map(DirectoryCalls.Entry::name)
                    .sorted(Comparator.naturalOrder())
                    .toList();
            for (String name : names) {
                one(directory, name, prefix + name);
            }
        }

        private void one(Fd parent, String name, String path) throws IOException {
            Stat stat = linux.attributes().stat(parent, name);
            if (stat.links() > 1 && stat.type() != FileType.DIRECTORY) {
                String first = firstNames.putIfAbsent(new Inode(stat.device(), stat.inode()), path);
                if (first != null) {
                    tar.write(of(TarEntry.Type.HARD_LINK, path, first, stat, Map.of()), nothing());
                    return;
                }
            }
            Map<String, byte[]> xattrs = stat.type() == FileType.SOCKET ? Map.of() : xattrs(parent, name);
            switch (stat.type()) {
                case DIRECTORY -> {
                    tar.write(of(TarEntry.Type.DIRECTORY, path + "/", "", stat, xattrs), nothing());
                    below(parent, name, path);
                }
                case REGULAR -> file(parent, name, path, xattrs);
                case SYMLINK -> {
                    String content = linux.directories().readLink(parent, name);
                    tar.write(of(TarEntry.Type.SYMLINK, path, content, stat, xattrs), nothing());
                }
                case CHARACTER_DEVICE ->
                    tar.write(of(TarEntry.Type.CHARACTER_DEVICE, path, "", stat, xattrs), nothing());
                case BLOCK_DEVICE -> tar.write(of(TarEntry.Type.BLOCK_DEVICE, path, "", stat, xattrs), nothing());
                case FIFO -> tar.write(of(TarEntry.Type.FIFO, path, "", stat, xattrs), nothing());
                case SOCKET, UNKNOWN -> {}
            }
        }

        private void below(Fd parent, String name, String path) throws IOException {
            try (Fd directory = linux.files().open(parent, name, DIRECTORY, 0, Resolve.PLAIN)) {
                children(directory, path + "/");
            } catch (LinuxError e) {
                if (!e.is(Errno.EXDEV)) {
                    throw e;
                }
            }
        }

        private void file(Fd parent, String name, String path, Map<String, byte[]> xattrs) throws IOException {
            try (Fd fd = linux.files().open(parent, name, FILE, 0, Resolve.PLAIN)) {
                // Of the open file: its size is what the header says.
                Stat stat = linux.attributes().stat(fd);
                boolean holes = stat.blocks512() * SECTOR < stat.size();
                List<TarEntry.Extent> extents = holes ? extents(fd, stat.size()) : List.of();
                TarEntry plain = of(TarEntry.Type.FILE, path, "", stat, xattrs);
                if (holes) {
                    tar.writeSparse(plain, extents, new Extents(linux, fd, extents));
                } else {
                    tar.write(plain, new FdInputStream(linux, fd));
                }
            }
        }

        private List<TarEntry.Extent> extents(Fd fd, long size) {
            List<TarEntry.Extent> extents = new ArrayList<>();
            for (long at = linux.copies().data(fd, 0, size); at < size; ) {
                long end = Math.min(size, linux.copies().hole(fd, at, size));
                extents.add(new TarEntry.Extent(at, end - at));
                at = linux.copies().data(fd, end, size);
            }
            return extents;
        }

        private TarEntry of(TarEntry.Type type, String path, String link, Stat stat, Map<String, byte[]> xattrs) {
            return new TarEntry(
                    type,
                    path,
                    link,
                    stat.mode(),
                    Integer.toUnsignedLong(stat.uid()),
                    Integer.toUnsignedLong(stat.gid()),
                    type == TarEntry.Type.FILE ? stat.size() : 0,
                    stat.modified(),
                    stat.nodeMajor(),
                    stat.nodeMinor(),
                    xattrs,
                    false,
                    List.of());
        }

        private Map<String, byte[]> xattrs(Fd parent, String name) {
            Map<String, byte[]> all = new HashMap<>();
            for (String attribute : linux.attributes().xattrs(parent, name)) {
                linux.attributes().xattr(parent, name, attribute).ifPresent(value -> all.put(attribute, value));
            }
            return all;
        }

        private static InputStream nothing() {
            return InputStream.nullInputStream();
        }
    }

    /// The data of a file without its holes.
    private static final class Extents extends InputStream {
        private final Linux linux;
        private final Fd fd;
        private final List<TarEntry.Extent> left;
        private long at;

        Extents(Linux linux, Fd fd, List<TarEntry.Extent> extents) {
            this.linux = linux;
            this.fd = fd;
            this.left = new ArrayList<>(extents);
            this.at = extents.isEmpty() ? 0 : extents.getFirst().offset();
        }

        @Override
        public int read() {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] into, int from, int length) {
            if (left.isEmpty()) {
                return -1;
            }
            TarEntry.Extent here = left.getFirst();
            long rest = here.offset() + here.length() - at;
            int n = linux.files().readAt(fd, into, from, (int) Math.min(length, rest), at);
            if (n > 0) {
                at += n;
                if (n == rest) {
                    left.removeFirst();
                    at = left.isEmpty() ? at : left.getFirst().offset();
                }
            }
            return n;
        }
    }
}
