package dev.gantry.images.layer;

import dev.gantry.images.snapshot.OverlayFlavor;
import dev.gantry.linux.DirectoryCalls;
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
import java.nio.file.Path;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Packs a directory tree, or the writable layer of an overlay, as the tar of a layer: sorted by name,
/// times in whole seconds, so that the same tree gives the same bytes. The marks of an overlay become the
/// whiteouts of OCI image-spec 1.1 §layer. Sockets are left out: they mean nothing without their process.
/// Mounts inside are not entered.
public final class LayerWriter {
    private static final int DIRECTORY = OpenFlags.READ | OpenFlags.DIRECTORY | OpenFlags.NO_FOLLOW;

    private final Linux linux;
    private final OverlayFlavor flavor;

    public LayerWriter(Linux linux, OverlayFlavor flavor) {
        this.linux = linux;
        this.flavor = flavor;
    }

    /// Writes the tar and flushes; the stream stays open. The root itself is not an entry.
    public void write(Path directory, OutputStream out) throws IOException {
        TarWriter tar = new TarWriter(out);
        try (Fd root = linux.files().openDirectory(directory.toString())) {
            new Packing(tar).directory(root, "");
        } catch (LinuxError e) {
            throw e.during("pack " + directory);
        }
        tar.finish();
    }

    private record Inode(long device, long number) {}

    /// One tree on its way into a tar.
    private final class Packing {
        private final TarWriter tar;
        private final Map<Inode, String> firstNames = new HashMap<>();

        Packing(TarWriter tar) {
            this.tar = tar;
        }

        void directory(Fd directory, String prefix) throws IOException {
            List<String> names = linux.directories().entries(directory).stream()
                    .map(DirectoryCalls.Entry::name)
                    .sorted(Comparator.naturalOrder())
                    .toList();
            for (String name : names) {
                entry(directory, name, prefix + name);
            }
        }

        private void entry(Fd parent, String name, String path) throws IOException {
            Stat stat = linux.attributes().stat(parent, name);
            if (stat.isWhiteout()) {
                whiteout(path.substring(0, path.length() - name.length()) + ".wh." + name, stat);
                return;
            }
            if (stat.links() > 1 && stat.type() != FileType.DIRECTORY) {
                String first = firstNames.putIfAbsent(new Inode(stat.device(), stat.inode()), path);
                if (first != null) {
                    tar.write(
                            describe(TarEntry.Type.HARD_LINK, path, first, stat, Map.of()),
                            InputStream.nullInputStream());
                    return;
                }
            }
            switch (stat.type()) {
                case DIRECTORY -> subtree(parent, name, path, stat);
                case REGULAR -> file(parent, name, path, stat);
                case SYMLINK -> {
                    String content = linux.directories().readLink(parent, name);
                    plain(TarEntry.Type.SYMLINK, parent, name, path, content, stat);
                }
                case CHARACTER_DEVICE -> plain(TarEntry.Type.CHARACTER_DEVICE, parent, name, path, "", stat);
                case BLOCK_DEVICE -> plain(TarEntry.Type.BLOCK_DEVICE, parent, name, path, "", stat);
                case FIFO -> plain(TarEntry.Type.FIFO, parent, name, path, "", stat);
                case SOCKET, UNKNOWN -> {
                    // Nothing that another machine could use.
                }
            }
        }

        private void subtree(Fd parent, String name, String path, Stat stat) throws IOException {
            plain(TarEntry.Type.DIRECTORY, parent, name, path + "/", "", stat);
            try (Fd inner = linux.files().open(parent, name, DIRECTORY, 0, Resolve.PLAIN)) {
                if (linux.attributes().xattr(inner, ".", flavor.opaqueXattr()).isPresent()) {
                    whiteout(path + "/.wh..wh..opq", stat);
                }
                directory(inner, path + "/");
            }
        }

        private void file(Fd parent, String name, String path, Stat stat) throws IOException {
            Map<String, byte[]> xattrs = xattrs(parent, name);
            int flags = OpenFlags.READ | OpenFlags.NO_FOLLOW | OpenFlags.NON_BLOCKING;
            try (Fd fd = linux.files().open(parent, name, flags, 0, Resolve.PLAIN);
                    InputStream content = new FdInputStream(linux, fd)) {
                // Asked again through the descriptor: the name may have moved to another file meanwhile.
                Stat opened = linux.attributes().stat(fd);
                tar.write(describe(TarEntry.Type.FILE, path, "", opened, xattrs), content);
            }
        }

        private void plain(TarEntry.Type type, Fd parent, String name, String path, String link, Stat stat)
                throws IOException {
            tar.write(describe(type, path, link, stat, xattrs(parent, name)), InputStream.nullInputStream());
        }

        private void whiteout(String path, Stat stat) throws IOException {
            TarEntry entry = new TarEntry(
                    TarEntry.Type.FILE,
                    path,
                    "",
                    0,
                    0,
                    0,
                    0,
                    stat.modified().truncatedTo(ChronoUnit.SECONDS),
                    0,
                    0,
                    Map.of(),
                    false,
                    List.of());
            tar.write(entry, InputStream.nullInputStream());
        }

        private TarEntry describe(TarEntry.Type type, String path, String link, Stat stat, Map<String, byte[]> xattrs) {
            return new TarEntry(
                    type,
                    path,
                    link,
                    stat.mode(),
                    Integer.toUnsignedLong(stat.uid()),
                    Integer.toUnsignedLong(stat.gid()),
                    type == TarEntry.Type.FILE ? stat.size() : 0,
                    stat.modified().truncatedTo(ChronoUnit.SECONDS),
                    stat.nodeMajor(),
                    stat.nodeMinor(),
                    xattrs,
                    false,
                    List.of());
        }

        /// What belongs to the file rather than to this machine or to the overlay.
        private Map<String, byte[]> xattrs(Fd parent, String name) {
            Map<String, byte[]> kept = new HashMap<>();
            Set<String> names = new HashSet<>(linux.attributes().xattrs(parent, name));
            for (String xattr : names) {
                boolean ours = xattr.equals("security.capability")
                        || xattr.startsWith("system.posix_acl_")
                        || (xattr.startsWith("user.") && !xattr.startsWith("user.overlay."));
                if (ours) {
                    linux.attributes().xattr(parent, name, xattr).ifPresent(value -> kept.put(xattr, value));
                }
            }
            return kept;
        }
    }
}
