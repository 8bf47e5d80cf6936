package dev.gantry.volume;

import dev.gantry.base.GantryException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What another engine began and did not finish, found when the store is opened.
final class Unfinished {
    private static final Logger LOG = LoggerFactory.getLogger(Unfinished.class);

    private final VolumeTable table;
    private final Turns turns;
    private final VolumeDirectories directories;
    private final Mounts mounts;
    private final Elsewhere elsewhere;
    private final Endings endings;

    Unfinished(
            VolumeTable table,
            Turns turns,
            VolumeDirectories directories,
            Mounts mounts,
            Elsewhere elsewhere,
            Endings endings) {
        this.endings = endings;
        this.table = table;
        this.turns = turns;
        this.directories = directories;
        this.mounts = mounts;
        this.elsewhere = elsewhere;
    }

    /// A directory that the table does not know and that says what it is becomes a volume again: nothing that a user
    /// stored is garbage.
    void finish() {
        table.load().forEach(this::finish);
        for (String name : directories.names()) {
            if (!turns.isKnown(name)) {
                directories.document(name).ifPresent(v -> {
                    LOG.warn("volume name={} was not in the database and is taken back", name);
                    table.create(v.with(""));
                    turns.entry(name).volume = v.with("");
                });
            }
        }
    }

    private void finish(Volume stored) {
        Volume v = stored;
        if (!v.isLocal()) {
            // Whether its driver removed it is known when somebody asks for it again.
            turns.entry(v.name()).volume = v.goesWithUser() ? v : v.with("");
            return;
        }
        if (v.intent().equals(Volume.REMOVING)) {
            mounts.takeAway(v.name());
            directories.moveAway(v.name());
            table.delete(v);
            return;
        }
        if (v.intent().startsWith(Volume.FROM)) {
            String from = v.intent().substring(Volume.FROM.length());
            v = v.with("");
            if (directories.exists(from) && !directories.exists(v.name())) {
                directories.rename(from, v);
            }
            table.update(v);
        }
        turns.entry(v.name()).volume = v;
    }

    /// Lets go of mounts that nobody told to have, removes what went with a user who is gone, and deletes garbage.
    void settle() {
        for (Turns.Entry e : turns.all()) {
            e.turn.lock();
            try {
                settle(e);
            } finally {
                e.turn.unlock();
            }
        }
        elsewhere.settle();
        sweep();
    }

    private void settle(Turns.Entry e) {
        Volume v = e.volume;
        if (v == null) {
            return;
        }
        if (v.isLocal() && e.mounted.isEmpty()) {
            mounts.takeAway(v.name());
        }
        if (!isOver(e)) {
            return;
        }
        if (v.isLocal()) {
            remove(e, v.name());
        } else {
            // Nobody's opening waits for a driver.
            Thread.startVirtualThread(() -> turns.in(v.name(), later -> {
                if (isOver(later)) {
                    remove(later, v.name());
                }
                return later;
            }));
        }
    }

    private static boolean isOver(Turns.Entry e) {
        Volume v = e.volume;
        return v != null && v.goesWithUser() && e.users.isEmpty();
    }

    private void remove(Turns.Entry e, String name) {
        try {
            endings.remove(e, name, false);
        } catch (GantryException failure) {
            LOG.warn("volume name={} left: {}", name, failure.getMessage());
        }
    }

    private void sweep() {
        try {
            directories.sweep();
        } catch (GantryException e) {
            LOG.warn("garbage left: {}", e.getMessage());
        }
    }
}
