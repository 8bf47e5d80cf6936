package dev.gantry.volume;

import dev.gantry.base.GantryException;
import dev.gantry.base.NotFound;
import dev.gantry.linux.Fd;
import dev.gantry.linux.LinuxError;
import dev.gantry.linux.SlowCalls;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Volumes are mounted while somebody has them so. To be called in the turn of the volume.
final class Mounts {
    private static final Logger LOG = LoggerFactory.getLogger(Mounts.class);

    private final VolumeDirectories directories;
    private final Backings backings;
    private final Elsewhere elsewhere;
    private final Turns turns;
    private final Slow slow;

    Mounts(VolumeDirectories directories, Backings backings, Elsewhere elsewhere, Turns turns, Slow slow) {
        this.elsewhere = elsewhere;
        this.directories = directories;
        this.backings = backings;
        this.turns = turns;
        this.slow = slow;
    }

    void mount(Turns.Entry e, String name, String user) {
        Volume v = Turns.need(e, name);
        if (!v.isLocal()) {
            elsewhere.mount(e, v, user);
            return;
        }
        if (!directories.exists(name)) {
            throw new NotFound(
                    "mount volume " + name,
                    "its directory " + directories.data(name).getParent() + " is gone",
                    "put it back, or remove the volume");
        }
        slow.call(
                "mount volume " + name,
                v,
                Slow.MOUNT,
                _ -> mount(v),
                _ -> turns.in(name, later -> later.mounted.isEmpty() && takeAway(name)));
        e.mounted.add(user);
    }

    private Volume mount(Volume v) {
        try (Fd directory = directories.open(v.name())) {
            backings.mount(LocalOptions.parse(v.options()), directory);
            return v;
        } catch (LinuxError failure) {
            throw failure.during("mount volume " + v.name());
        }
    }

    /// False when `user` did not have it mounted.
    boolean unmount(Turns.Entry e, String name, String user) {
        boolean had = e.mounted.remove(user);
        Volume v = e.volume;
        if (had && v != null && !v.isLocal()) {
            elsewhere.unmounted(e, v, user);
        } else if (had && e.mounted.isEmpty() && v != null) {
            takeAway(name);
        }
        return had;
    }

    /// What `work` makes of its data; for others it is mounted as it was before. `late` gets what the work made after
    /// it was given up, because the volume did not answer.
    <T> T during(
            Turns.Entry e, String name, String what, BiFunction<Fd, SlowCalls.Progress, T> work, Consumer<T> late) {
        String user = "(work)";
        Volume v = Turns.need(e, name);
        if (!v.isLocal()) {
            return elsewhere.during(e, v, what, work, late);
        }
        mount(e, name, user);
        e.mounted.remove(user);
        try {
            return slow.call(what, v, Slow.ANSWER, progress -> with(name, progress, work), late);
        } finally {
            if (e.mounted.isEmpty()) {
                takeAway(name);
            }
        }
    }

    private <T> T with(String name, SlowCalls.Progress progress, BiFunction<Fd, SlowCalls.Progress, T> work) {
        try (Fd data = directories.openData(name)) {
            return work.apply(data, progress);
        }
    }

    /// A mount that cannot be taken away is logged: it goes with the next end of a user, or is found by the next
    /// engine.
    boolean takeAway(String name) {
        try {
            if (directories.exists(name) && directories.isMounted(name)) {
                slow.call("unmount volume " + name, name + " (unmount)", Slow.MOUNT, _ -> unmounted(name));
            }
            return true;
        } catch (GantryException | LinuxError e) {
            LOG.warn("volume name={} left mounted: {}", name, e.getMessage());
            return false;
        }
    }

    private String unmounted(String name) {
        try (Fd directory = directories.open(name)) {
            backings.unmount(directory);
            return name;
        }
    }
}
