package dev.gantry.buildkit.sync;

import dev.gantry.build.context.SourceTree;
import dev.gantry.buildkit.session.Session;
import dev.gantry.linux.Fd;
import dev.gantry.linux.Linux;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongConsumer;

/// Directories of clients. The last state of each that was received stays, so that only what has changed is sent again.
public final class Directories implements AutoCloseable {
    private static final int MOST_TREES = 32;
    private static final long MOST_BYTES = 8L << 30;

    /// Where what was overwritten may take this much more than what is in use, nothing is moved.
    private static final long SLACK = 64L << 20;

    private final Linux linux;
    private final Fd directory;

    /// The least recently used first. Guarded by this.
    private final LinkedHashMap<Key, SyncedTree> kept = new LinkedHashMap<>(16, 0.75f, true);

    /// @param shared what a client calls the place that its session is of
    private record Key(String shared, String name) {}

    /// @param directory for the bytes
    public Directories(Linux linux, Fd directory) {
        this.linux = linux;
        this.directory = directory;
    }

    /// The files that a client has now. The caller closes it.
    ///
    /// @param keep whether they are wanted again
    /// @param moved hears how many bytes have come
    public SourceTree receive(Session session, Wanted wanted, boolean keep, LongConsumer moved)
            throws InterruptedException {
        Key key = new Key(session.sharedKey(), wanted.name());
        Optional<SyncedTree> before = keep && !key.shared().isEmpty() ? known(key) : Optional.empty();
        Spool spool = before.map(SyncedTree::spool).orElseGet(() -> Spool.in(linux, directory));
        try {
            SyncedTree tree = Receiver.receive(
                    session.call(SyncMethods.DIFF_COPY), wanted.head(), wanted.name(), spool, before, moved);
            if (keep && !key.shared().isEmpty()) {
                remember(key, before, tree);
            }
            return tree;
        } finally {
            if (before.isPresent()) {
                before.get().close();
            } else {
                spool.leave();
            }
        }
    }

    private synchronized Optional<SyncedTree> known(Key key) {
        SyncedTree tree = kept.get(key);
        if (tree == null) {
            return Optional.empty();
        }
        if (tree.spool().size() > 2 * tree.bytes() + SLACK) {
            kept.remove(key);
            tree.close();
            return Optional.empty();
        }
        return Optional.of(tree.again());
    }

    /// With what was known and was not asked for now: another build may ask for it.
    private void remember(Key key, Optional<SyncedTree> before, SyncedTree tree) {
        SyncedTree all = before.map(b -> together(b, tree)).orElseGet(tree::again);
        synchronized (this) {
            SyncedTree old = kept.put(key, all);
            if (old != null) {
                old.close();
            }
            var oldest = kept.values().iterator();
            long bytes = kept.values().stream().mapToLong(t -> t.spool().size()).sum();
            while (oldest.hasNext() && (kept.size() > MOST_TREES || bytes > MOST_BYTES)) {
                SyncedTree gone = oldest.next();
                bytes -= gone.spool().size();
                oldest.remove();
                gone.close();
            }
        }
    }

    private static SyncedTree together(SyncedTree before, SyncedTree now) {
        if (before.entries().size() > 4 * now.entries().size() + 1000) {
            return now.again();
        }
        Map<String, SyncedTree.Entry> all = new HashMap<>(before.entries());
        all.putAll(now.entries());
        return SyncedTree.of(now.spool(), all);
    }

    /// Nothing is kept any more.
    public synchronized void forget() {
        kept.values().forEach(SyncedTree::close);
        kept.clear();
    }

    @Override
    public void close() {
        forget();
    }
}
