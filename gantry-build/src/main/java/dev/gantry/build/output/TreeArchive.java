package dev.gantry.build.output;

import dev.gantry.build.context.Finding;
import dev.gantry.build.context.SourceTree;
import dev.gantry.images.layer.TarEntry;
import dev.gantry.images.layer.TarWriter;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// A tree as a plain tar: sorted by name, times in whole seconds, hard links as such, so that the same tree gives the
/// same bytes. Sockets are left out: they mean nothing without their process.
public final class TreeArchive {
    private final SourceTree tree;
    private final TarWriter tar;
    private final Map<Long, String> firstNames = new HashMap<>();

    private TreeArchive(SourceTree tree, TarWriter tar) {
        this.tree = tree;
        this.tar = tar;
    }

    /// Flushes; the stream stays open. The root itself is not an entry.
    public static void write(SourceTree tree, OutputStream out) throws IOException {
        var tar = new TarWriter(out);
        new TreeArchive(tree, tar).below("");
        tar.finish();
    }

    private void below(String directory) throws IOException {
        for (String name : tree.names(directory)) {
            String path = Finding.below(directory, name);
            SourceTree.Node node = tree.find(path).orElseThrow(() -> new IOException(path + " is gone"));
            one(path, node);
        }
    }

    private void one(String path, SourceTree.Node node) throws IOException {
        String first = node.inode() == 0 ? null : firstNames.putIfAbsent(node.inode(), path);
        switch (node.type()) {
            case DIRECTORY -> {
                tar.write(entry(TarEntry.Type.DIRECTORY, path + "/", "", 0, node), InputStream.nullInputStream());
                below(path);
            }
            case REGULAR -> {
                if (first != null) {
                    plain(TarEntry.Type.HARD_LINK, path, first, node);
                } else {
                    try (InputStream bytes = tree.open(path)) {
                        tar.write(entry(TarEntry.Type.FILE, path, "", node.size(), node), bytes);
                    }
                }
            }
            case SYMLINK -> plain(TarEntry.Type.SYMLINK, path, node.link(), node);
            case FIFO -> plain(TarEntry.Type.FIFO, path, "", node);
            case CHARACTER_DEVICE -> plain(TarEntry.Type.CHARACTER_DEVICE, path, "", node);
            case BLOCK_DEVICE -> plain(TarEntry.Type.BLOCK_DEVICE, path, "", node);
            case SOCKET, UNKNOWN -> {}
        }
    }

    private void plain(TarEntry.Type type, String path, String link, SourceTree.Node node) throws IOException {
        tar.write(entry(type, path, link, 0, node), InputStream.nullInputStream());
    }

    private static TarEntry entry(TarEntry.Type type, String path, String link, long size, SourceTree.Node node) {
        return new TarEntry(
                type,
                path,
                link,
                node.mode(),
                Integer.toUnsignedLong(node.uid()),
                Integer.toUnsignedLong(node.gid()),
                size,
                node.modified().truncatedTo(ChronoUnit.SECONDS),
                node.major(),
                node.minor(),
                type == TarEntry.Type.HARD_LINK ? Map.of() : node.xattrs(),
                false,
                List.of());
    }
}
