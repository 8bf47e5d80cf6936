package dev.gantry.buildkit.sync;

import dev.gantry.base.InvalidArgument;
import dev.gantry.base.Unavailable;
import dev.gantry.build.context.SourceTree;
import dev.gantry.linux.Fd;
import dev.gantry.linux.FileType;
import java.io.InputStream;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// A client's directory as it was when it was received.
final class SyncedTree implements SourceTree {
    static final Node ROOT = new Node(FileType.DIRECTORY, 0755, 0, 0, 0, "", Instant.EPOCH, Map.of(), 0, 0, 0);
    private static final int PIECE = 256 << 10;

    private final Spool spool;
    private final Map<String, Entry> entries;
    private final Map<String, List<String>> below;
    private final long bytes;

    /// @param at in the spool
    /// @param digest of the bytes of a regular file; else empty
    record Entry(Node node, long at, String digest) {}

    /// Uses the spool until it is closed.
    private SyncedTree(Spool spool, Map<String, Entry> entries, Map<String, List<String>> below) {
        this.spool = spool;
        this.entries = entries;
        this.below = below;
        this.bytes = entries.values().stream().mapToLong(e -> e.node().size()).sum();
        spool.use();
    }

    /// @param entries with all directories above each
    static SyncedTree of(Spool spool, Map<String, Entry> entries) {
        Map<String, List<String>> below = new HashMap<>();
        below.put("", new ArrayList<>());
        for (Map.Entry<String, Entry> e : entries.entrySet()) {
            String path = e.getKey();
            int slash = path.lastIndexOf('/');
            below.computeIfAbsent(slash < 0 ? "" : path.substring(0, slash), _ -> new ArrayList<>())
                    .add(path.substring(slash + 1));
        }
        below.values().forEach(names -> names.sort(null));
        return new SyncedTree(spool, Map.copyOf(entries), below);
    }

    /// The same for another user.
    SyncedTree again() {
        return new SyncedTree(spool, entries, below);
    }

    Spool spool() {
        return spool;
    }

    Map<String, Entry> entries() {
        return entries;
    }

    /// Of all files.
    long bytes() {
        return bytes;
    }

    @Override
    public Optional<Node> find(String path) {
        return path.isEmpty()
                ? Optional.of(ROOT)
                : Optional.ofNullable(entries.get(path)).map(Entry::node);
    }

    @Override
    public List<String> names(String directory) {
        return below.getOrDefault(directory, List.of());
    }

    @Override
    public void copy(String path, Fd to) {
        Entry entry = need(path);
        byte[] piece = new byte[Math.clamp(entry.node().size(), 1, PIECE)];
        for (long at = 0; at < entry.node().size(); ) {
            int length = (int) Math.min(piece.length, entry.node().size() - at);
            spool.read(piece, 0, length, entry.at() + at);
            spool.append(to, piece, length);
            at += length;
        }
    }

    @Override
    public InputStream open(String path) {
        Entry entry = need(path);
        return new SpoolStream(spool, entry.at(), entry.node().size());
    }

    @Override
    public byte[] read(String path, int most) {
        Entry entry = need(path);
        if (entry.node().size() > most) {
            throw new InvalidArgument(
                    "read " + path,
                    "it has " + entry.node().size() + " bytes and at most " + most + " are read",
                    "make it smaller");
        }
        byte[] all = new byte[(int) entry.node().size()];
        spool.read(all, 0, all.length, entry.at());
        return all;
    }

    @Override
    public String digest(String path) {
        return need(path).digest();
    }

    private Entry need(String path) {
        Entry entry = entries.get(path);
        if (entry == null || entry.node().type() != FileType.REGULAR) {
            throw new Unavailable("read " + path, "it is not among the files of the build", "send it with the build");
        }
        return entry;
    }

    @Override
    public boolean timesAreChance() {
        return true;
    }

    @Override
    public void close() {
        spool.leave();
    }
}
