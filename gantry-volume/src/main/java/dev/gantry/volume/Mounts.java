package dev.gantry.volume;

import dev.gantry.base.GantryException;
import dev.gantry.base.NotFound;
import dev.gantry.linux.Fd;
import dev.gantry.linux.LinuxError;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Volumes are mounted while somebody has them so. To be called in the turn of the volume.
final class Mounts {
    private static final Logger LOG = LoggerFactory.getLogger(Mounts.class);

    private final VolumeDirectories directories;
    private final Backings backings;
    private final Elsewhere elsewhere;

    Mounts(VolumeDirectories directories, Backings backings, Elsewhere elsewhere) {
        this.elsewhere = elsewhere;
        this.directories = directories;
        this.backings = backings;
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
        try (Fd directory = directories.open(name)) {
            backings.mount(LocalOptions.parse(v.options()), directory);
        } catch (LinuxError failure) {
            throw failure.during("mount volume " + name);
        }
        e.mounted.add(user);
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

    /// Its data, for as long as `work` takes; for others it is mounted as it was before.
    void during(Turns.Entry e, String name, Consumer<Fd> work) {
        String user = "(work)";
        Volume v = Turns.need(e, name);
        if (!v.isLocal()) {
            elsewhere.during(e, v, "work", work);
            return;
        }
        mount(e, name, user);
        e.mounted.remove(user);
        try (Fd data = directories.openData(name)) {
            work.accept(data);
        } finally {
            if (e.mounted.isEmpty()) {
                takeAway(name);
            }
        }
    }

    /// A mount that cannot be taken away is logged: it goes with the next end of a user, or is found by the next
    /// engine.
    void takeAway(String name) {
        try {
            if (directories.exists(name) && directories.isMounted(name)) {
                try (Fd directory = directories.open(name)) {
                    backings.unmount(directory);
                }
            }
        } catch (GantryException | LinuxError e) {
            LOG.warn("volume name={} left mounted: {}", name, e.getMessage());
        }
    }
}
