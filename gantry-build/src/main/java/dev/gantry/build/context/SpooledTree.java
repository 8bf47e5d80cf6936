package dev.gantry.build.context;

import dev.gantry.base.InvalidArgument;
import dev.gantry.base.Unavailable;
import dev.gantry.linux.Fd;
import dev.gantry.linux.FileType;
import dev.gantry.linux.Linux;
import dev.gantry.linux.LinuxError;
import dev.gantry.linux.OpenFlags;
import dev.gantry.linux.Resolve;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicLong;

/// Files whose bytes lie one after the other in one file that has no name: whatever ends this process, it is gone.
public final class SpooledTree implements SourceTree {
    private static final int BUFFER = 256 << 10;
    private static final AtomicLong COUNT = new AtomicLong();

    private final Linux linux;
    private final Fd spool;
    private final Map<String, Entry> entries = new TreeMap<>();
    private final Map<String, TreeSet<String>> below = new TreeMap<>();
    private final boolean chance;
    private final Budget budget = Budget.usual();
    private final byte[] buffer = new byte[BUFFER];
    private int buffered;
    private long inodes;
    private long flushed;

    private record Entry(Node node, long at, String digest) {}

    private SpooledTree(Linux linux, Fd spool, boolean chance) {
        this.linux = linux;
        this.spool = spool;
        this.chance = chance;
        below.put("", new TreeSet<>());
    }

    /// An empty one, to be filled by one thread.
    ///
    /// @param directory for its bytes
    public static SpooledTree in(Linux linux, Fd directory, boolean timesAreChance) {
        String name = "spool-" + COUNT.incrementAndGet();
        int flags = OpenFlags.READ_WRITE | OpenFlags.CREATE | OpenFlags.EXCLUSIVE;
        try {
            Fd spool = linux.files().open(directory, name, flags, 0600, Resolve.PLAIN);
            linux.directories().unlink(directory, name);
            return new SpooledTree(linux, spool, timesAreChance);
        } catch (LinuxError e) {
            throw e.during("keep the files of a build");
        }
    }

    /// Where bytes come from; -1 at the end.
    @FunctionalInterface
    interface Bytes {
        int read(byte[] into, int from, int length) throws IOException;
    }

    /// What no entry says of a directory.
    static Node directory() {
        return new Node(FileType.DIRECTORY, 0755, 0, 0, 0, "", java.time.Instant.EPOCH, Map.of(), 0, 0, 0);
    }

    /// Instead of what was there. Directories above it are made, and whatever else was there makes way.
    void put(String path, Node node) {
        parents(path);
        Entry before = entries.get(path);
        if (before != null && before.node().type() == FileType.DIRECTORY && node.type() != FileType.DIRECTORY) {
            forget(path);
        }
        keep(path, new Entry(node, 0, ""));
        if (node.type() == FileType.DIRECTORY) {
            below.computeIfAbsent(path, _ -> new TreeSet<>());
        }
    }

    void put(String path, Node node, Bytes bytes) throws IOException {
        put(path, node);
        long at = flushed + buffered;
        MessageDigest sha256 = sha256();
        long size = 0;
        for (int n = room(bytes); n >= 0; n = room(bytes)) {
            sha256.update(buffer, buffered, n);
            buffered += n;
            size += n;
        }
        String digest = HexFormat.of().formatHex(sha256.digest());
        keep(path, new Entry(of(node, size, node.inode()), at, digest));
    }

    private int room(Bytes bytes) throws IOException {
        if (buffered == BUFFER) {
            flush();
        }
        return bytes.read(buffer, buffered, BUFFER - buffered);
    }

    private void flush() {
        try {
            linux.files().writeAt(spool, buffer, 0, buffered, flushed);
            flushed += buffered;
            buffered = 0;
        } catch (LinuxError e) {
            throw e.during("keep the files of a build");
        }
    }

    /// Nothing is put any more.
    SpooledTree filled() {
        flush();
        return this;
    }

    /// Another name of a file that is there already; false if there is none.
    boolean link(String path, String target) {
        Entry entry = entries.get(target);
        if (entry == null || entry.node().type() == FileType.DIRECTORY) {
            return false;
        }
        Entry named = entry;
        if (entry.node().inode() == 0) {
            named = new Entry(of(entry.node(), entry.node().size(), ++inodes), entry.at(), entry.digest());
            keep(target, named);
        }
        put(path, named.node());
        keep(path, named);
        return true;
    }

    private void keep(String path, Entry entry) {
        Entry before = entries.remove(path);
        if (before != null) {
            budget.giveBack(path, before.node());
        }
        budget.take(path, entry.node());
        entries.put(path, entry);
    }

    private static Node of(Node n, long size, long inode) {
        return new Node(
                n.type(),
                n.mode(),
                n.uid(),
                n.gid(),
                size,
                n.link(),
                n.modified(),
                n.xattrs(),
                n.major(),
                n.minor(),
                inode);
    }

    private void parents(String path) {
        String at = path;
        while (true) {
            int slash = at.lastIndexOf('/');
            String parent = slash < 0 ? "" : at.substring(0, slash);
            Entry above = entries.get(parent);
            boolean known = parent.isEmpty() || (above != null && above.node().type() == FileType.DIRECTORY);
            if (!known) {
                forget(parent);
                keep(parent, new Entry(directory(), 0, ""));
            }
            below.computeIfAbsent(parent, _ -> new TreeSet<>()).add(at.substring(slash + 1));
            if (known) {
                return;
            }
            at = parent;
        }
    }

    private void forget(String path) {
        TreeSet<String> names = below.remove(path);
        Entry before = entries.remove(path);
        if (before != null) {
            budget.giveBack(path, before.node());
        }
        if (names != null) {
            names.forEach(name -> forget(path + "/" + name));
        }
    }

    public int count() {
        return entries.size();
    }

    @Override
    public Optional<Node> find(String path) {
        return path.isEmpty()
                ? Optional.of(directory())
                : Optional.ofNullable(entries.get(path)).map(Entry::node);
    }

    @Override
    public List<String> names(String directory) {
        TreeSet<String> names = below.get(directory);
        return names == null ? List.of() : List.copyOf(names);
    }

    @Override
    public void copy(String path, Fd to) throws IOException {
        Entry entry = need(path);
        byte[] bytes = new byte[Math.clamp(entry.node().size(), 1, BUFFER)];
        try {
            for (long at = 0; at < entry.node().size(); ) {
                int n = linux.files()
                        .readAt(
                                spool,
                                bytes,
                                0,
                                (int) Math.min(bytes.length, entry.node().size() - at),
                                entry.at() + at);
                if (n <= 0) {
                    throw new IOException("the files of the build are cut");
                }
                linux.files().write(to, bytes, 0, n);
                at += n;
            }
        } catch (LinuxError e) {
            throw e.during("copy " + path);
        }
    }

    @Override
    public InputStream open(String path) {
        Entry entry = need(path);
        return new FdStream(linux, spool, entry.at(), entry.at() + entry.node().size(), false);
    }

    @Override
    public byte[] read(String path, int most) throws IOException {
        Entry entry = need(path);
        if (entry.node().size() > most) {
            throw new InvalidArgument(
                    "read " + path,
                    "it has " + entry.node().size() + " bytes and at most " + most + " are read",
                    "make it smaller");
        }
        byte[] bytes = new byte[(int) entry.node().size()];
        for (int at = 0; at < bytes.length; ) {
            int n = linux.files().readAt(spool, bytes, at, bytes.length - at, entry.at() + at);
            if (n <= 0) {
                throw new IOException("the files of the build are cut");
            }
            at += n;
        }
        return bytes;
    }

    @Override
    public String digest(String path) {
        return need(path).digest();
    }

    private Entry need(String path) {
        Entry entry = entries.get(path);
        if (entry == null) {
            throw new Unavailable("read " + path, "it is not among the files of the build", "send it with the build");
        }
        return entry;
    }

    @Override
    public boolean timesAreChance() {
        return chance;
    }

    @Override
    public void close() {
        spool.close();
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
