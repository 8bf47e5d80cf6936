package dev.gantry.images.layer;

import dev.gantry.base.IdMap;
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
import java.io.SequenceInputStream;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/// A directory tree on its way into a tar, sorted by name, so that the same tree gives the same bytes. By descriptors:
/// no link is followed, no mount entered. Sockets are left out: they mean nothing without their process.
final class TreePacking {
    private static final int DIRECTORY = OpenFlags.READ | OpenFlags.DIRECTORY | OpenFlags.NO_FOLLOW;
    private static final int LONGEST_PATH = 4095;
    private static final long SECTOR = 512;

    private final Linux linux;
    private final Rules rules;
    private final TarWriter tar;
    private final Map<Inode, String> firstNames = new HashMap<>();

    TreePacking(Linux linux, Rules rules, OutputStream out) {
        this.linux = linux;
        this.rules = rules;
        this.tar = new TarWriter(out);
    }

    /// What becomes of a tree in one kind of archive; by default it is kept as it is.
    interface Rules {
        default boolean keepsXattr(String name) {
            return true;
        }

        default Instant time(Instant modified) {
            return modified;
        }

        /// Whether holes stay holes, which not every reader knows.
        default boolean keepsHoles() {
            return true;
        }

        /// Whether what is mounted at this path is entered; by default no mount is.
        default boolean enters(String path) {
            return false;
        }

        /// Whether what is in this directory is left out.
        default boolean isLeftOut(String path) {
            return false;
        }

        /// Whether what is at this path is in the archive at all.
        default boolean has(String path) {
            return true;
        }

        /// What owners of files are in the archive.
        default IdMap ids() {
            return IdMap.SAME;
        }

        /// Whether a file that becomes shorter while it is read ends in zeros; else it is an error.
        default boolean fillsUp() {
            return false;
        }

        /// What stands in the archive instead of a file that is only a mark.
        default Optional<String> mark(String name, Stat stat) {
            return Optional.empty();
        }

        /// What stands first in a directory that is marked.
        default List<String> marksIn(Fd directory, String path) {
            return List.of();
        }
    }

    private record Inode(long device, long number) {
        static Inode of(Stat stat) {
            return new Inode(stat.device(), stat.inode());
        }
    }

    /// The root itself, as `./`.
    void root(Fd root) throws IOException {
        Stat stat = linux.attributes().stat(root);
        tar.write(of(TarEntry.Type.DIRECTORY, "./", "", stat, xattrs(root, ".")), nothing());
    }

    /// What is at `name` in `parent`, with all below it, called `as`; and the end of the archive.
    void alone(Fd parent, String name, String as) throws IOException {
        one(parent, name, as);
        tar.finish();
    }

    /// What is in `root`, and the end of the archive; flushes.
    void below(Fd root) throws IOException {
        try (Fd again = linux.files().open(root, ".", DIRECTORY, 0, Resolve.PLAIN)) {
            Stat stat = linux.attributes().stat(again);
            for (String mark : rules.marksIn(again, "")) {
                mark(mark, stat);
            }
            children(again, names(again), "");
        }
        tar.finish();
    }

    private List<String> names(Fd directory) {
        return linux.directories().entries(directory).stream()
                .map(DirectoryCalls.Entry::name)
                .sorted(Comparator.naturalOrder())
                .toList();
    }

    private void children(Fd directory, List<String> names, String prefix) throws IOException {
        for (String name : names) {
            if (rules.has(prefix + name)) {
                one(directory, name, prefix + name);
            }
        }
    }

    private void one(Fd parent, String name, String path) throws IOException {
        if (path.length() > LONGEST_PATH) {
            throw new TarFault("its path " + TarFault.shown(path) + " is too long").of("pack files");
        }
        Optional<Stat> found = linux.attributes().find(parent, name);
        if (found.isEmpty()) {
            return; // gone since it was listed
        }
        Stat stat = found.get();
        Optional<String> mark = rules.mark(name, stat);
        if (mark.isPresent()) {
            mark(path.substring(0, path.length() - name.length()) + mark.get(), stat);
            return;
        }
        String first = firstNames.get(Inode.of(stat));
        if (first != null) {
            tar.write(of(TarEntry.Type.HARD_LINK, path, first, stat, Map.of()), nothing());
            return;
        }
        switch (stat.type()) {
            case DIRECTORY -> directory(parent, name, path, stat);
            case REGULAR -> file(parent, name, path);
            case SYMLINK -> {
                Optional<String> content = unlessGone(() -> linux.directories().readLink(parent, name));
                if (content.isPresent()) {
                    plain(TarEntry.Type.SYMLINK, parent, name, path, content.get(), stat);
                }
            }
            case CHARACTER_DEVICE -> plain(TarEntry.Type.CHARACTER_DEVICE, parent, name, path, "", stat);
            case BLOCK_DEVICE -> plain(TarEntry.Type.BLOCK_DEVICE, parent, name, path, "", stat);
            case FIFO -> plain(TarEntry.Type.FIFO, parent, name, path, "", stat);
            case SOCKET, UNKNOWN -> {}
        }
    }

    private void directory(Fd parent, String name, String path, Stat stat) throws IOException {
        boolean written = plain(TarEntry.Type.DIRECTORY, parent, name, path + "/", "", stat);
        if (!written || rules.isLeftOut(path)) {
            return;
        }
        Optional<Fd> opened = unlessGone(() -> enter(parent, name, path)).flatMap(fd -> fd);
        if (opened.isEmpty()) {
            return;
        }
        try (Fd directory = opened.get()) {
            for (String mark : unlessGone(() -> rules.marksIn(directory, path)).orElse(List.of())) {
                mark(path + "/" + mark, stat);
            }
            // One that was removed when it was open already lists nothing.
            children(directory, unlessGone(() -> names(directory)).orElse(List.of()), path + "/");
        }
    }

    /// Empty where something is mounted that is not entered.
    private Optional<Fd> enter(Fd parent, String name, String path) {
        try {
            return Optional.of(linux.files().open(parent, name, DIRECTORY, 0, way(path)));
        } catch (LinuxError e) {
            if (e.is(Errno.EXDEV)) {
                return Optional.empty();
            }
            throw e;
        }
    }

    private void file(Fd parent, String name, String path) throws IOException {
        Optional<Map<String, byte[]>> xattrs = unlessGone(() -> xattrs(parent, name));
        Optional<Fd> opened = unlessGone(() -> linux.files().openRegular(parent, name, way(path)));
        if (opened.isEmpty()) {
            return;
        }
        try (Fd fd = opened.get()) {
            // Of the open file: its size is what the header says, and the name may be another's meanwhile.
            Stat stat = linux.attributes().stat(fd);
            TarEntry entry = of(TarEntry.Type.FILE, path, "", stat, xattrs.orElse(Map.of()));
            if (rules.keepsHoles() && stat.blocks512() * SECTOR < stat.size()) {
                List<TarEntry.Extent> extents = extents(fd, stat.size());
                tar.writeSparse(entry, extents, new ExtentsInputStream(linux, fd, extents));
            } else {
                InputStream bytes = new FdInputStream(linux, fd);
                tar.write(entry, rules.fillsUp() ? new SequenceInputStream(bytes, new ZerosInputStream()) : bytes);
            }
            remember(stat, path);
        }
    }

    private int way(String path) {
        return rules.enters(path) ? Resolve.PLAIN & ~Resolve.NO_XDEV : Resolve.PLAIN;
    }

    /// What is read of one name that was there a moment ago; empty when it is gone. EINVAL: another kind of
    /// file has taken its place. Nothing is written meanwhile: half an entry would spoil the archive.
    private static <T> Optional<T> unlessGone(Supplier<T> read) {
        try {
            return Optional.of(read.get());
        } catch (LinuxError e) {
            if (e.is(Errno.ENOENT, Errno.ELOOP, Errno.ENOTDIR, Errno.EINVAL)) {
                return Optional.empty();
            }
            throw e;
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

    /// False: it is gone.
    private boolean plain(TarEntry.Type type, Fd parent, String name, String path, String link, Stat stat)
            throws IOException {
        Optional<Map<String, byte[]>> xattrs = unlessGone(() -> xattrs(parent, name));
        if (xattrs.isEmpty()) {
            return false;
        }
        tar.write(of(type, path, link, stat, xattrs.get()), nothing());
        remember(stat, path);
        return true;
    }

    /// What is in the archive under this name, for the other names it may have.
    private void remember(Stat stat, String path) {
        if (stat.links() > 1 && stat.type() != FileType.DIRECTORY) {
            firstNames.putIfAbsent(Inode.of(stat), path);
        }
    }

    /// An empty file of nobody.
    private void mark(String path, Stat stat) throws IOException {
        Instant time = rules.time(stat.modified());
        tar.write(
                new TarEntry(TarEntry.Type.FILE, path, "", 0, 0, 0, 0, time, 0, 0, Map.of(), false, List.of()),
                nothing());
    }

    private TarEntry of(TarEntry.Type type, String path, String link, Stat stat, Map<String, byte[]> xattrs) {
        return new TarEntry(
                type,
                path,
                link,
                stat.mode(),
                rules.ids().uidInside(Integer.toUnsignedLong(stat.uid())),
                rules.ids().gidInside(Integer.toUnsignedLong(stat.gid())),
                type == TarEntry.Type.FILE ? stat.size() : 0,
                rules.time(stat.modified()),
                stat.nodeMajor(),
                stat.nodeMinor(),
                xattrs,
                false,
                List.of());
    }

    private Map<String, byte[]> xattrs(Fd parent, String name) {
        Map<String, byte[]> kept = new HashMap<>();
        for (String xattr : linux.attributes().xattrs(parent, name)) {
            if (rules.keepsXattr(xattr)) {
                linux.attributes().xattr(parent, name, xattr).ifPresent(value -> kept.put(xattr, value));
            }
        }
        return kept;
    }

    private static InputStream nothing() {
        return InputStream.nullInputStream();
    }
}
