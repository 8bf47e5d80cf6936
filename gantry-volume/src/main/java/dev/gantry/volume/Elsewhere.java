package dev.gantry.volume;

import dev.gantry.base.GantryException;
import dev.gantry.base.Parallel;
import dev.gantry.base.Unsupported;
import dev.gantry.linux.Fd;
import dev.gantry.linux.Linux;
import dev.gantry.linux.LinuxError;
import dev.gantry.linux.OpenFlags;
import dev.gantry.linux.Resolve;
import dev.gantry.linux.SlowCalls;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Volumes that another driver than `local` keeps. To be called in the turn of the volume. Only who wants
/// something of
/// such a volume waits for its driver; whoever ends does not.
final class Elsewhere {
    private static final Logger LOG = LoggerFactory.getLogger(Elsewhere.class);

    private static final int AT_A_TIME = 8;

    private final Linux linux;
    private final VolumeTable table;
    private final VolumeDrivers drivers;
    private final Turns turns;
    private final Slow slow;

    Elsewhere(Linux linux, VolumeTable table, VolumeDrivers drivers, Turns turns, Slow slow) {
        this.slow = slow;
        this.linux = linux;
        this.table = table;
        this.drivers = drivers;
        this.turns = turns;
    }

    static void requireLocal(String what, Volume v) {
        if (!v.isLocal()) {
            throw new Unsupported(
                    what, "it is kept by the plugin " + v.driver(), "use what the plugin offers for that");
        }
    }

    /// Once all users are told.
    void settle() {
        drivers.settle(this::isMounted);
    }

    /// What somebody works with at this moment counts as mounted.
    private boolean isMounted(String volume, String user) {
        Turns.Entry e = turns.entry(volume);
        if (!e.turn.tryLock()) {
            return true;
        }
        try {
            return e.mounted.contains(user);
        } finally {
            e.turn.unlock();
        }
    }

    VolumeDriver driver(String name) {
        return drivers.find(name);
    }

    /// A driver that fails keeps nobody from seeing what the others have.
    VolumeDrivers.Foreign foreign() {
        Map<String, List<VolumeDriver.Kept>> all = new ConcurrentHashMap<>();
        List<String> problems = Collections.synchronizedList(new ArrayList<>());
        Parallel.map(drivers.active(), AT_A_TIME, name -> {
            try {
                all.put(
                        name,
                        drivers.find(name).list().stream()
                                .filter(kept -> turns.find(kept.name()).isEmpty())
                                .toList());
            } catch (GantryException e) {
                problems.add(e.what() + ": " + e.why());
            }
            return name;
        });
        return new VolumeDrivers.Foreign(all, problems);
    }

    /// One that its driver has already becomes ours too: it was made by another host, or by hand.
    void make(Volume made) {
        VolumeDriver driver = drivers.find(made.driver());
        boolean there = driver.find(made.name()).isPresent();
        if (!there) {
            driver.create(made.name(), made.options());
        }
        try {
            table.create(made);
        } catch (GantryException failure) {
            try {
                if (!there) {
                    driver.remove(made.name());
                }
            } catch (GantryException left) {
                failure.addSuppressed(left);
            }
            throw failure;
        }
    }

    /// `force` forgets it even when the driver fails.
    void remove(Turns.Entry e, Volume v, boolean force) {
        List.copyOf(e.leaving).forEach(user -> leave(e, v, user));
        try {
            VolumeDriver driver = drivers.find(v.driver());
            try {
                driver.remove(v.name());
            } catch (GantryException failure) {
                if (mayStillHave(driver, v.name(), failure)) {
                    throw failure;
                }
            }
        } catch (GantryException failure) {
            if (!force) {
                throw failure;
            }
            LOG.warn("volume name={} is forgotten, its driver failed: {}", v.name(), failure.getMessage());
        }
        table.delete(v);
    }

    /// A driver that removed it already, as before the engine died, fails to do so again. That it lists what it has,
    /// and
    /// not this one, is the only proof: drivers answer any question about one volume with any error.
    private static boolean mayStillHave(VolumeDriver driver, String name, GantryException failure) {
        try {
            return driver.list().stream().anyMatch(kept -> kept.name().equals(name));
        } catch (GantryException untold) {
            failure.addSuppressed(untold);
            return true;
        }
    }

    void mount(Turns.Entry e, Volume v, String user) {
        if (e.place != null && e.mounted.contains(user)) {
            return;
        }
        leave(e, v, user);
        VolumeDriver driver = drivers.find(v.driver());
        Path place = driver.mount(v.name(), user);
        e.limit = driver.limit(place).orElse(null);
        e.place = place;
        e.mounted.add(user);
    }

    /// The driver is told when it has time: nobody's end waits for it.
    void unmounted(Turns.Entry e, Volume v, String user) {
        if (e.mounted.isEmpty()) {
            e.place = null;
        }
        e.leaving.add(user);
        Thread.startVirtualThread(() -> turns.in(v.name(), later -> leave(later, v, user)));
    }

    /// Tells the driver, unless that was done.
    private boolean leave(Turns.Entry e, Volume v, String user) {
        if (!e.leaving.remove(user)) {
            return false;
        }
        try {
            drivers.find(v.driver()).unmount(v.name(), user);
            return true;
        } catch (GantryException failure) {
            LOG.warn("volume name={} left mounted by its driver: {}", v.name(), failure.getMessage());
            return false;
        }
    }

    <T> T during(Turns.Entry e, Volume v, String what, BiFunction<Fd, SlowCalls.Progress, T> work, Consumer<T> late) {
        String user = "work";
        mount(e, v, user);
        Found found = found(e);
        try {
            return slow.call(
                    what,
                    v,
                    Slow.ANSWER,
                    progress -> {
                        try (Fd data = open(found)) {
                            return work.apply(data, progress);
                        }
                    },
                    late);
        } finally {
            e.mounted.remove(user);
            unmounted(e, v, user);
        }
    }

    Path place(Turns.Entry e) {
        return Optional.ofNullable(e.place).orElse(Path.of(""));
    }

    /// A place, and what it must not lead out of.
    record Found(Path place, Optional<Path> limit) {}

    Found found(Turns.Entry e) {
        return new Found(place(e), Optional.ofNullable(e.limit));
    }

    Fd open(Found found) {
        return open(found, OpenFlags.READ | OpenFlags.DIRECTORY);
    }

    private Fd open(Found found, int flags) {
        if (found.limit().isEmpty()) {
            return linux.files().openDirectory(found.place().toString());
        }
        Path limit = found.limit().get();
        String below = limit.relativize(found.place()).toString();
        try (Fd root = linux.files().openDirectory(limit.toString())) {
            return linux.files()
                    .open(root, below.isEmpty() ? "." : below, flags, 0, Resolve.IN_ROOT | Resolve.NO_MAGICLINKS);
        }
    }

    /// Where it is, held against links that somebody puts on the way meanwhile; empty when its driver may name any
    /// place.
    Optional<Fd> held(Turns.Entry e) {
        Found found = found(e);
        try {
            return found.limit().map(_ -> open(found, OpenFlags.PATH | OpenFlags.DIRECTORY));
        } catch (LinuxError failure) {
            throw failure.during("find the volume at " + found.place());
        }
    }

    /// The same with the name of its driver in full.
    VolumeRequest named(VolumeRequest request) {
        String driver = request.driver();
        return driver.isEmpty() || driver.equals(Volume.LOCAL)
                ? request
                : new VolumeRequest(request.name(), request.labels(), request.options(), drivers.fullName(driver));
    }
}
