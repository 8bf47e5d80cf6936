package dev.gantry.buildkit.sync;

import dev.gantry.base.Digest;
import dev.gantry.build.context.SourceTree;
import dev.gantry.build.shelf.Besides;
import dev.gantry.build.shelf.Shelf;
import dev.gantry.buildkit.session.Session;
import dev.gantry.linux.Fd;
import dev.gantry.linux.Linux;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongConsumer;

/// Directories of clients. The last state of each that was received stays, so that only what has changed is sent again.
public final class Directories implements Besides, AutoCloseable {
    private static final int MOST_TREES = 32;
    private static final long MOST_BYTES = 8L << 30;

    /// Where what was overwritten may take this much more than what is in use, nothing is moved.
    private static final long NOTABLE = 16L << 20;
    private static final long SLACK = 64L << 20;

    private final Linux linux;
    private final Fd directory;
    private final Clock clock;

    /// The least recently used first. Guarded by this.
    private final LinkedHashMap<Key, Kept> kept = new LinkedHashMap<>(16, 0.75f, true);

    /// Guarded by this.
    private long told;

    /// @param shared what a client calls the place that its session is of
    private record Key(String shared, String name) {}

    private record Kept(SyncedTree tree, Instant created, Instant used) {
        long bytes() {
            return tree.spool().size();
        }
    }

    /// @param directory for the bytes
    public Directories(Linux linux, Fd directory, Clock clock) {
        this.linux = linux;
        this.directory = directory;
        this.clock = clock;
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
        Kept known = kept.get(key);
        if (known == null) {
            return Optional.empty();
        }
        SyncedTree tree = known.tree();
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
            Instant now = clock.instant();
            Kept old = kept.remove(key);
            kept.put(key, new Kept(all, old == null ? now : old.created(), now));
            if (old != null) {
                old.tree().close();
            }
            Iterator<Kept> oldest = kept.values().iterator();
            long bytes = bytes();
            while (oldest.hasNext() && (kept.size() > MOST_TREES || bytes > MOST_BYTES)) {
                Kept gone = oldest.next();
                bytes -= gone.bytes();
                oldest.remove();
                gone.tree().close();
            }
        }
    }

    private synchronized long bytes() {
        return kept.values().stream().mapToLong(Kept::bytes).sum();
    }

    @Override
    public synchronized List<Shelf.Row> rows() {
        return kept.entrySet().stream().map(e -> row(e.getKey(), e.getValue())).toList();
    }

    private static Shelf.Row row(Key key, Kept kept) {
        return new Shelf.Row(
                Digest.sha256Of(key.shared() + "\n" + key.name()).hex(),
                new Shelf.Label("source.local", "local source for " + key.name()),
                kept.bytes(),
                kept.created(),
                kept.used(),
                kept.tree().spool().inUse());
    }

    @Override
    public synchronized List<Shelf.Row> prune(Instant before) {
        List<Shelf.Row> gone = new ArrayList<>();
        kept.entrySet().removeIf(e -> {
            Shelf.Row row = row(e.getKey(), e.getValue());
            if (row.inUse() || !row.used().isBefore(before)) {
                return false;
            }
            e.getValue().tree().close();
            return gone.add(row);
        });
        return gone;
    }

    @Override
    public synchronized boolean hasGrown() {
        long bytes = bytes();
        boolean grown = bytes > told + NOTABLE;
        if (grown || bytes < told) {
            told = bytes;
        }
        return grown;
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
        kept.values().forEach(k -> k.tree().close());
        kept.clear();
    }

    @Override
    public void close() {
        forget();
    }
}
