package dev.gantry.volume;

import dev.gantry.base.Conflict;

/// The end of a volume, or of its name: a row that says what was begun, the files, and the row again, so that
/// whoever opens the store next can finish it.
final class Endings {
    private final VolumeTable table;
    private final Turns turns;
    private final VolumeDirectories directories;
    private final Mounts mounts;
    private final Elsewhere elsewhere;

    Endings(VolumeTable table, Turns turns, VolumeDirectories directories, Mounts mounts, Elsewhere elsewhere) {
        this.table = table;
        this.turns = turns;
        this.directories = directories;
        this.mounts = mounts;
        this.elsewhere = elsewhere;
    }

    /// In the turn of the volume.
    Volume remove(Turns.Entry e, String name, boolean force) {
        Volume v = Turns.need(e, name);
        requireUnused("remove " + name, e);
        if (!v.isLocal()) {
            elsewhere.remove(e, v, force);
            e.volume = null;
            return v;
        }
        table.update(v.with(Volume.REMOVING));
        String moved;
        try {
            mounts.takeAway(name);
            moved = directories.moveAway(name);
        } catch (RuntimeException failed) {
            undo(failed, () -> table.update(v)); // or the next engine would remove what is in use by then
            throw failed;
        }
        table.delete(v);
        e.volume = null;
        directories.delete(moved);
        return v;
    }

    /// Whether it goes with its user, in its turn. Nothing is written where that was so before.
    void mark(Turns.Entry e, boolean goes) {
        Volume v = e.volume;
        if (v != null && v.goesWithUser() != goes) {
            Volume marked = v.with(goes ? Volume.WITH_USER : "");
            table.update(marked);
            e.volume = marked;
        }
    }

    /// Gives it another name, while nobody holds it.
    Volume rename(String from, String to) {
        VolumeName name = new VolumeName(to);
        return turns.inBoth(from, to, (old, fresh) -> {
            Volume v = Turns.need(old, from);
            if (fresh.volume != null) {
                throw new Conflict("rename volume " + from, "there is a volume " + to, "choose another name");
            }
            Elsewhere.requireLocal("rename volume " + from, v);
            requireUnused("rename volume " + from, old);
            Volume renamed = v.named(name.text(), "");
            table.rename(from, renamed.with(Volume.FROM + from));
            try {
                directories.rename(from, renamed);
            } catch (RuntimeException failed) {
                undo(failed, () -> table.rename(to, v));
                throw failed;
            }
            table.update(renamed);
            turns.used(fresh);
            old.volume = null;
            fresh.volume = renamed;
            return renamed;
        });
    }

    private static void undo(RuntimeException failed, Runnable step) {
        try {
            step.run();
        } catch (RuntimeException also) {
            failed.addSuppressed(also);
        }
    }

    private static void requireUnused(String what, Turns.Entry e) {
        if (!e.users.isEmpty()) {
            throw new Conflict(
                    what,
                    "volume is in use - [" + String.join(", ", e.users) + "]",
                    "remove the containers that use it first");
        }
    }
}
