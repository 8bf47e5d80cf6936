package dev.gantry.build.context;

import dev.gantry.base.InvalidArgument;
import dev.gantry.images.layer.Compression;
import dev.gantry.images.layer.LayerLimits;
import dev.gantry.images.layer.TarEntry;
import dev.gantry.images.layer.TarReader;
import dev.gantry.linux.FileType;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// A build's files as an archive: tar, plain or compressed with gzip or zstd.
public final class TarContext {
    private static final LayerLimits LIMITS = new LayerLimits(64L << 30, 2_000_000);
    private static final int BLOCK = 512;
    private static final int CHECKSUM_AT = 148;
    private static final int CHECKSUM_END = 156;
    private static final int LONGEST_NAME = 255;
    private static final int LONGEST_PATH = 4095;

    private final SpooledTree tree;
    private final TarReader tar;
    private final String name;
    private long bytes;

    private TarContext(SpooledTree tree, TarReader tar, String name) {
        this.tree = tree;
        this.tar = tar;
        this.name = name;
    }

    /// Reads all of it.
    ///
    /// @param name for errors
    public static SpooledTree read(InputStream archive, String name, SpooledTree into) {
        try (InputStream plain = Compression.decompress(archive, name)) {
            var reader = new TarReader(plain, name, LIMITS);
            new TarContext(into, reader, name).run();
            reader.drain(64 << 20);
            return into.filled();
        } catch (IOException e) {
            throw new InvalidArgument(
                    "read " + name,
                    e.getMessage() == null ? "it ends in the middle" : e.getMessage(),
                    "send it again",
                    e);
        }
    }

    /// One file and nothing else.
    public static SpooledTree alone(String name, byte[] bytes, SpooledTree into) throws IOException {
        var node = new SourceTree.Node(FileType.REGULAR, 0644, 0, 0, 0, "", Instant.EPOCH, Map.of(), 0, 0, 0);
        var in = new ByteArrayInputStream(bytes);
        into.put(name, node, (target, from, length) -> in.read(target, from, length));
        return into.filled();
    }

    private void run() throws IOException {
        for (Optional<TarEntry> entry = tar.next(); entry.isPresent(); entry = tar.next()) {
            add(entry.get());
        }
    }

    private void add(TarEntry entry) throws IOException {
        String path = clean(entry.path());
        if (path.isEmpty()) {
            return;
        }
        try {
            put(path, entry);
        } catch (Budget.Exceeded e) {
            throw refuse(path, e.why());
        }
    }

    private void put(String path, TarEntry entry) throws IOException {
        switch (entry.type()) {
            case DIRECTORY -> tree.put(path, node(entry, FileType.DIRECTORY));
            case SYMLINK -> tree.put(path, node(entry, FileType.SYMLINK));
            case FIFO -> tree.put(path, node(entry, FileType.FIFO));
            case HARD_LINK -> {
                if (!tree.link(path, clean(entry.link()))) {
                    throw refuse(path, "it is a link to " + shown(entry.link()) + ", which the archive does not have");
                }
            }
            case FILE -> {
                bytes += entry.size();
                if (bytes > LIMITS.bytes()) {
                    throw refuse(path, "all files together have more than " + LIMITS.bytes() + " bytes");
                }
                tree.put(path, node(entry, FileType.REGULAR), entry.sparse() ? sparse(entry) : tar::read);
            }
            // As a build of the stock engine does, which has no right to make them either.
            case CHARACTER_DEVICE, BLOCK_DEVICE ->
                throw refuse(path, "it is a device, which a build must not bring along");
        }
    }

    private SpooledTree.Bytes sparse(TarEntry entry) {
        return new SparseBytes(tar, entry)::read;
    }

    private SourceTree.Node node(TarEntry e, FileType type) {
        return new SourceTree.Node(
                type,
                e.mode() & 07777,
                0, // whose they are there, means nothing here
                0,
                0,
                type == FileType.SYMLINK ? e.link() : "",
                e.modified(),
                e.xattrs(),
                0,
                0,
                0);
    }

    /// The path without what means nothing in it; a root is never left.
    private String clean(String path) {
        if (path.length() > LONGEST_PATH) {
            throw refuse(path, "it is longer than " + LONGEST_PATH + " bytes");
        }
        List<String> parts = new ArrayList<>();
        for (String part : path.split("/")) {
            if (part.equals("..")) {
                throw refuse(path, "it leads out of the directory");
            }
            if (part.length() > LONGEST_NAME) {
                throw refuse(path, "a name in it is longer than " + LONGEST_NAME + " bytes");
            }
            if (!part.isEmpty() && !part.equals(".")) {
                parts.add(part);
            }
        }
        if (parts.size() > Budget.DEEPEST) {
            throw refuse(path, "it is more than " + Budget.DEEPEST + " directories deep");
        }
        return String.join("/", parts);
    }

    private InvalidArgument refuse(String path, String why) {
        return new InvalidArgument("read " + name, "of " + shown(path) + ": " + why, "leave it out of the context");
    }

    private static String shown(String path) {
        StringBuilder shown = new StringBuilder();
        path.chars().limit(120).forEach(c -> shown.append(Character.isISOControl(c) ? '?' : (char) c));
        return shown.toString();
    }

    /// By the checksum that every header has, POSIX.1-1988 §10.1.1.
    public static boolean isTar(byte[] header) {
        if (header.length < BLOCK) {
            return false;
        }
        int sum = 0;
        for (int i = 0; i < BLOCK; i++) {
            sum += i >= CHECKSUM_AT && i < CHECKSUM_END ? ' ' : header[i] & 0xff;
        }
        int said = 0;
        boolean any = false;
        for (int i = CHECKSUM_AT; i < CHECKSUM_END; i++) {
            if (header[i] >= '0' && header[i] <= '7') {
                said = said * 8 + header[i] - '0';
                any = true;
            } else if (any) {
                break;
            }
        }
        return any && said == sum;
    }
}
