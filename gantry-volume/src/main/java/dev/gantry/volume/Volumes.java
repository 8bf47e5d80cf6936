package dev.gantry.volume;

import dev.gantry.base.Conflict;
import dev.gantry.base.GantryException;
import dev.gantry.base.NotFound;
import dev.gantry.base.Unavailable;
import dev.gantry.base.Unsupported;
import dev.gantry.linux.Fd;
import dev.gantry.linux.Linux;
import dev.gantry.linux.LinuxError;
import dev.gantry.linux.SlowCalls;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The volumes of one data root. A volume has *users*, who hold it against removal, and among them those
/// who have it *mounted*. Both are kept in memory: whoever opens the store tells them again. What does
/// not exist is [NotFound].
///
/// ```java
/// try (var volumes = Volumes.open(linux, root.resolve("volumes"), table, clock, random)) {
///     volumes.hold(VolumeRequest.named("data"), container);
///     Path source = volumes.mount("data", container);
/// }
/// ```
public final class Volumes implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Volumes.class);

    private final Linux linux;
    private final VolumeTable table;
    private final VolumeDirectories directories;
    private final Backings backings;
    private final Clock clock;
    private final RandomGenerator random;
    private final Turns turns;
    private final Slow slow = new Slow();
    private final Elsewhere elsewhere;
    private final Mounts mounts;
    private final Endings endings;
    private final Unfinished unfinished;
    private final Copies copies;

    private Volumes(
            Linux linux, Path root, VolumeTable table, VolumeDrivers drivers, Clock clock, RandomGenerator random) {
        this.turns = new Turns(clock.millis());
        this.elsewhere = new Elsewhere(linux, table, drivers, turns, slow);
        this.linux = linux;
        this.table = table;
        this.clock = clock;
        this.random = random;
        this.backings = new Backings(linux, random);
        this.directories = new VolumeDirectories(linux, root, backings, random);
        this.mounts = new Mounts(directories, backings, elsewhere, turns, slow);
        this.endings = new Endings(table, turns, directories, mounts, elsewhere);
        this.unfinished = new Unfinished(table, turns, directories, mounts, elsewhere, endings);
        this.copies = new Copies(linux, table, turns, directories, backings, mounts, clock);
    }

    /// Opens the store and finishes what another left unfinished. A directory that the table does not
    /// know and that says what it is becomes a volume again: nothing that a user stored is garbage.
    public static Volumes open(Linux linux, Path root, VolumeTable table, Clock clock, RandomGenerator random) {
        return open(linux, root, table, VolumeDrivers.NONE, clock, random);
    }

    /// The same with further drivers, none of which is asked before somebody wants a volume of it.
    public static Volumes open(
            Linux linux, Path root, VolumeTable table, VolumeDrivers drivers, Clock clock, RandomGenerator random) {
        var volumes = new Volumes(linux, root, table, drivers, clock, random);
        volumes.unfinished.finish();
        return volumes;
    }

    /// Lets go of mounts that nobody told to have, and deletes garbage. To be called once, when all
    /// users are told.
    public void settle() {
        unfinished.settle();
    }

    /// Makes a volume, durable on return. One that is there already is returned, if nothing else was
    /// asked for.
    public Volume create(VolumeRequest request) {
        VolumeName name = request.name().isEmpty() ? VolumeName.random(random) : new VolumeName(request.name());
        VolumeRequest named = elsewhere.named(request);
        return turns.in(name.text(), e -> createIn(e, name, named, ""));
    }

    private Volume createIn(Turns.Entry e, VolumeName name, VolumeRequest request, String intent) {
        Volume there = e.volume;
        if (there != null) {
            if (!request.driver().isEmpty() && !request.driver().equals(there.driver())) {
                throw new Conflict(
                        "create volume " + name,
                        "there is one of this name with the driver " + there.driver(),
                        "choose another name, or remove the volume first");
            }
            if (!request.options().isEmpty() && !request.options().equals(there.options())) {
                throw new Conflict(
                        "create volume " + name,
                        "there is one of this name with other options",
                        "choose another name, or remove the volume first");
            }
            return there;
        }
        var made = new Volume(
                name.text(),
                clock.instant().toString(),
                request.labels(),
                request.options(),
                request.name().isEmpty(),
                intent,
                request.driver());
        if (made.isLocal()) {
            makeLocal(made);
        } else {
            elsewhere.make(made);
        }
        turns.used(e);
        e.volume = made;
        return made;
    }

    private void makeLocal(Volume made) {
        LocalOptions options = LocalOptions.parse(made.options());
        directories.make(made, directory -> backings.prepare(options, directory));
        try {
            table.create(made);
        } catch (GantryException failure) {
            directories.withdraw(made.name(), failure);
            throw failure;
        }
    }

    public Optional<Volume> find(String name) {
        return turns.find(name);
    }

    /// By name.
    public List<Volume> list() {
        List<Volume> all = new ArrayList<>();
        turns.all().forEach(e -> Optional.ofNullable(e.volume).ifPresent(all::add));
        all.sort(Comparator.comparing(Volume::name));
        return all;
    }

    /// Makes it at least so large, where its driver can; returns how large it is then.
    public long expand(String name, long bytes) {
        return turns.in(name, e -> {
            Volume v = Turns.need(e, name);
            if (v.isLocal()) {
                throw new Unsupported(
                        "expand volume " + name,
                        "those of the driver local keep their size",
                        "make a larger one, and restore a backup of this one into it");
            }
            return elsewhere.driver(v.driver()).expand(name, bytes);
        });
    }

    /// Where its files are on this host while it is mounted; empty when its driver has not said so yet.
    public Path mountpoint(String name) {
        return isElsewhere(name) ? elsewhere.place(turns.entry(name)) : directories.data(name);
    }

    private boolean isElsewhere(String name) {
        return find(name).filter(v -> !v.isLocal()).isPresent();
    }

    /// What drivers in use keep that nobody made here. It asks the drivers.
    public VolumeDrivers.Foreign foreign() {
        return elsewhere.foreign();
    }

    /// What the driver of a volume that is not `local` knows of it. It asks the driver.
    public Optional<VolumeDriver.Kept> kept(Volume volume) {
        return elsewhere.driver(volume.driver()).find(volume.name());
    }

    /// Whether other hosts see the same volumes of this driver: `local` or `global`. It asks the driver.
    public String scope(String driver) {
        return driver.equals(Volume.LOCAL)
                ? Volume.LOCAL
                : elsewhere.driver(driver).scope();
    }

    /// How much room its files take; 0 when it is gone meanwhile, -1 when they are not in the store, or on a file
    /// system that does not answer.
    public long bytes(String name) {
        Volume v = turns.find(name).orElse(null);
        if (v == null) {
            return 0;
        }
        if (!v.isLocal()) {
            return -1;
        }
        try {
            return slow.call("measure volume " + name, v, Slow.LOOK, progress -> measured(name, progress), _ -> {});
        } catch (NotFound gone) {
            return 0;
        } catch (Unavailable hangs) {
            LOG.warn("volume name={} not measured: {}", name, hangs.why());
            return -1;
        }
    }

    private long measured(String name, SlowCalls.Progress progress) {
        try (Fd data = directories.openData(name)) {
            return TreeSize.of(linux, data, progress);
        } catch (LinuxError e) {
            throw e.during("measure volume " + name);
        }
    }

    /// Who holds it.
    public List<String> users(String name) {
        return List.copyOf(turns.entry(name).users);
    }

    /// Removes it and its files; [Conflict] while somebody holds it.
    public void remove(String name) {
        remove(name, false);
    }

    /// The same; `force` forgets a volume whose driver fails or is gone, whatever it still keeps.
    public void remove(String name, boolean force) {
        turns.in(name, e -> endings.remove(e, name, force));
    }

    /// The same, unless its files may have changed since that last use: see [Copies.Moment#lastUse].
    public void removeUnchanged(String name, long lastUse) {
        turns.in(name, e -> {
            if (e.lastUse != lastUse) {
                throw new Conflict(
                        "remove " + name,
                        "a container ran with it, or it was restored, since it was copied",
                        "copy it again first");
            }
            return endings.remove(e, name, false);
        });
    }

    /// Gives it another name, while nobody holds it.
    public Volume rename(String from, String to) {
        return endings.rename(from, to);
    }

    /// Makes `user` a user of the volume, which is created when it is not there. One that nobody named goes with this
    /// user from its first moment on, should all end here; who names it has it stay.
    public Volume hold(VolumeRequest request, String user) {
        VolumeName name = request.name().isEmpty() ? VolumeName.random(random) : new VolumeName(request.name());
        VolumeRequest named = elsewhere.named(request);
        return turns.in(name.text(), e -> {
            boolean unnamed = request.name().isEmpty();
            Volume v = createIn(e, name, named, unnamed ? Volume.WITH_USER : "");
            if (!unnamed) {
                endings.mark(e, false);
            }
            e.users.add(user);
            return v;
        });
    }

    /// Says, durably, whether a volume that nobody named goes with `user`: should this process end before it is let go
    /// and removed, who opens the store next removes it. One that others hold too stays.
    public void goesWith(String name, String user, boolean yes) {
        turns.in(name, e -> {
            endings.mark(e, yes && e.users.equals(Set.of(user)));
            return e;
        });
    }

    /// Tells of a user from before, also of a volume that is not there any more.
    public void held(String name, String user) {
        turns.in(name, e -> e.users.add(user));
    }

    public void letGo(String name, String user) {
        turns.in(name, e -> e.users.remove(user));
    }

    /// Has it mounted for `user`, until [#unmount]. Mounting twice for one user is mounting once.
    public Path mount(String name, String user) {
        return turns.in(name, e -> {
            mounts.mount(e, name, user);
            turns.used(e);
            return mountpoint(name);
        });
    }

    /// Tells of a user who has had it mounted since before.
    public void mounted(String name, String user) {
        turns.in(name, e -> e.mounted.add(user));
    }

    /// Unmounts it when `user` was the last. False when `user` did not have it mounted.
    public boolean unmount(String name, String user) {
        return turns.in(name, e -> {
            if (e.mounted.contains(user)) {
                turns.used(e);
            }
            return mounts.unmount(e, name, user);
        });
    }

    /// A place in its files, which `look` finds, while it is mounted for somebody.
    public Fd open(String name, Function<Fd, Fd> look) {
        Turns.Entry e = turns.entry(name);
        Volume v = Turns.need(e, name);
        Elsewhere.Found elsewheres = elsewhere.found(e);
        return slow.call(
                "open volume " + name,
                v,
                Slow.ANSWER,
                _ -> {
                    try (Fd data = v.isLocal() ? directories.openData(name) : elsewhere.open(elsewheres)) {
                        return look.apply(data);
                    }
                },
                Fd::close);
    }

    /// Where it is while it is mounted for somebody, as a descriptor that does not lead out of where its driver may put
    /// volumes; empty when [#mountpoint] says it well enough.
    public Optional<Fd> place(String name) {
        return isElsewhere(name) ? elsewhere.held(turns.entry(name)) : Optional.empty();
    }

    /// What is done with the files of whole volumes.
    public Copies copies() {
        return copies;
    }

    @Override
    public void close() {
        directories.close();
    }
}
