package dev.gantry.engine.container;

import dev.gantry.base.Conflict;
import dev.gantry.base.ContainerId;
import dev.gantry.base.GantryException;
import dev.gantry.base.IdMap;
import dev.gantry.base.Internal;
import dev.gantry.base.Unavailable;
import dev.gantry.images.image.Images;
import dev.gantry.images.snapshot.RootFs;
import dev.gantry.linux.Errno;
import dev.gantry.linux.Fd;
import dev.gantry.linux.Linux;
import dev.gantry.linux.LinuxError;
import dev.gantry.linux.OpenFlags;
import dev.gantry.linux.Resolve;
import dev.gantry.runtime.oci.LaunchContext.Peer;
import dev.gantry.runtime.plan.LaunchPlan;
import dev.gantry.runtime.watch.LaunchOutcome;
import dev.gantry.runtime.watch.Watch;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Opens the roots of containers. That of one which runs is taken from its process, whoever has its number meanwhile;
/// that of another is mounted for the time it is used, see [HeldRoot].
public final class ContainerRoots {
    private static final Logger LOG = LoggerFactory.getLogger(ContainerRoots.class);
    private static final int ROOT = OpenFlags.PATH | OpenFlags.DIRECTORY;

    private static final Duration STANDS_STILL_WITHIN = Duration.ofSeconds(30);
    private static final Duration LOOK = Duration.ofMillis(2);

    private final Linux linux;
    private final OwnPlaces own = new OwnPlaces();
    private final ContainerIndex index;
    private final Launcher launcher;
    private final Watches watches;
    private final Places places;
    private final ContainerVolumes volumes;
    private final Releases releases;
    private final Images images;
    private final Freezer freezer;
    private final RandomGenerator random;

    ContainerRoots(
            Linux linux,
            ContainerIndex index,
            Launcher launcher,
            Watches watches,
            Places places,
            ContainerVolumes volumes,
            Releases releases,
            Images images,
            Freezer freezer,
            RandomGenerator random) {
        this.linux = linux;
        this.index = index;
        this.launcher = launcher;
        this.watches = watches;
        this.places = places;
        this.volumes = volumes;
        this.releases = releases;
        this.images = images;
        this.freezer = freezer;
        this.random = random;
    }

    /// What the root is made of; nothing is mounted for it.
    public RootFs layers(ContainerId id) {
        Cell cell = index.need(id);
        return images.find(id).orElseThrow(() -> lost("read the files of container " + cell.row.name()));
    }

    /// Returns when nobody has the root of a container mounted that has ended; empty if that takes too long.
    public Optional<RootFs> settled(ContainerId id) {
        Cell cell = index.need(id);
        cell.turn.lock();
        try {
            Task task = cell.task;
            return task == null || releases.awaitGone(task) ? images.find(id) : Optional.empty();
        } finally {
            cell.turn.unlock();
        }
    }

    /// What lies below the writable layer, topmost first: the image, and our places to mount on.
    public List<Path> lowers(ContainerId id) {
        List<Path> all = new ArrayList<>(layers(id).lowers());
        if (!index.need(id).row.spec().image().startsWith("dir:")) {
            all.add(places.mountPoints());
        }
        return all;
    }

    /// Paths of the host below the root of a container over a directory that must not be seen.
    public List<String> hidden(ContainerId id) {
        Cell cell = index.need(id);
        return cell.row.spec().image().startsWith("dir:")
                ? own.below(layers(id).lowers().getFirst(), places.hidden())
                : List.of();
    }

    /// All its processes stand still until this is closed; one that does not run does so anyway.
    public Still still(ContainerId id) {
        long deadline = System.nanoTime() + STANDS_STILL_WITHIN.toNanos();
        Cell cell = index.need(id);
        String what = "freeze container " + cell.row.name();
        while (cell.row.state() instanceof ContainerState.Running) {
            Runnable check = () -> {
                if (System.nanoTime() > deadline) {
                    throw new Unavailable(what, "a process of it hangs in the kernel", "ask without a pause");
                }
            };
            Optional<Freezer.Frozen> frozen = freezer.freeze(id, check);
            if (frozen.isPresent()) {
                var ended = new AtomicBoolean();
                return () -> {
                    if (!ended.getAndSet(true)) {
                        frozen.get().close();
                    }
                };
            }
            check.run();
            pause(what);
        }
        return () -> {};
    }

    private static void pause(String what) {
        try {
            Thread.sleep(LOOK);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Unavailable(what, "the work was cancelled", "ask again", e);
        }
    }

    /// Ends a pause; again does nothing.
    public interface Still extends AutoCloseable {
        @Override
        void close();
    }

    /// With all that is mounted in it. `what` it is for is told in errors.
    public OpenRoot open(ContainerId id, String what) {
        Cell cell = index.need(id);
        cell.turn.lock();
        try {
            String doing = what + " container " + cell.row.name();
            return switch (cell.row.state()) {
                case ContainerState.Running running -> running(cell, running, doing);
                case ContainerState.Created _, ContainerState.Exited _, ContainerState.Restarting _ ->
                    stopped(cell, doing);
                case ContainerState.Dead _, ContainerState.Removing _ ->
                    throw new Conflict(doing, "it is " + cell.row.state().word(), "create a new one");
            };
        } finally {
            cell.turn.unlock();
        }
    }

    private OpenRoot running(Cell cell, ContainerState.Running state, String what) {
        RootFs layers = layers(cell.id);
        try {
            IdMap ids = ids(cell, what);
            return ofRun(cell, layers, new Seen(root(state.pid(), state.startTime()), ids));
        } catch (LinuxError e) {
            if (e.is(Errno.ESRCH, Errno.ENOENT)) {
                throw new Unavailable(what, "it has just ended", "ask again", e);
            }
            throw e.during(what);
        }
    }

    /// It keeps the mounts of a run beyond its end, so that the next one has to know of it.
    private static OpenRoot ofRun(Cell cell, RootFs layers, Seen root) {
        RootUsers users = cell.runUsers == null ? new RootUsers() : cell.runUsers;
        cell.runUsers = users;
        OpenRoot[] user = new OpenRoot[1];
        user[0] = new OpenRoot(cell.row, layers, root.files(), root.ids(), () -> {
            root.files().close(); // first, for who waits mounts next
            users.remove(user[0]);
        });
        users.add(user[0]);
        return user[0];
    }

    private static IdMap ids(Cell cell, String what) {
        Task task = cell.task;
        LaunchPlan plan = task == null ? null : task.plan;
        if (task == null || plan == null) {
            throw new Unavailable(what, "the plan it was started with is lost", "restart the container");
        }
        return RunIds.of(what, plan, task.directory);
    }

    /// @param ids what owners of files in it are to the container
    private record Seen(Fd files, IdMap ids) {}

    /// The start time is looked at once more: whoever the link belonged to, it is the process that was meant.
    private Fd root(int pid, long startTime) {
        try (Fd process = linux.processes().open(pid, startTime)) {
            Fd root = linux.files().open(Fd.CWD, "/proc/" + pid + "/root", ROOT, 0, Resolve.ANY);
            try {
                linux.processes().signal(process, 0);
                return root;
            } catch (LinuxError | GantryException e) {
                root.close();
                throw e;
            }
        }
    }

    private OpenRoot stopped(Cell cell, String what) {
        HeldRoot held = cell.held;
        Optional<OpenRoot> known = held == null ? Optional.empty() : held.join(cell.row, layers(cell.id));
        if (known.isPresent()) {
            return known.get();
        }
        if (held != null) {
            held.yield(what); // it has ended, and may still be mounted
            cell.held = null;
        }
        if (cell.runUsers != null) {
            cell.runUsers.await(what);
            cell.runUsers = null;
        }
        Task task = cell.task;
        if (task != null && !task.launched) {
            task.undo(); // its root may be mounted already, for a start that is foreseen
        } else if (task != null && !releases.awaitGone(task)) {
            throw new Unavailable(what, "what its last run wrote is still on its way to the disk", "ask again later");
        }
        HeldRoot made = hold(cell, what);
        cell.held = made;
        return made.join(cell.row, layers(cell.id)).orElseThrow();
    }

    private HeldRoot hold(Cell cell, String what) {
        ContainerSpec spec = cell.row.spec();
        try (Sources sources = volumes.openInside(cell.id, spec)) {
            try {
                return hold(cell, sources, what);
            } catch (RuntimeException e) {
                volumes.unmount(cell.id, spec);
                throw e;
            }
        }
    }

    private HeldRoot hold(Cell cell, Sources sources, String what) {
        ContainerSpec spec = cell.row.spec();
        int self = linux.processes().self();
        long born = linux.processes().startTime(self).orElseThrow();
        LaunchPlan plan = launcher.filesPlan(cell, sources, new Peer(self, born));
        var directory = places.watch(ContainerId.random(random));
        var watch = watches.spawnIn(directory);
        try {
            return switch (watch.launch(EncodedPlan.of(plan).bytes())) {
                case LaunchOutcome.Started s -> {
                    Fd root = root((int) s.pid(), s.startTime());
                    volumes.tellMounted(cell.id, spec);
                    yield new HeldRoot(root, () -> unmounted(directory, watch, () -> volumes.unmount(cell.id, spec)));
                }
                case LaunchOutcome.Failed failed -> throw LaunchErrors.of(what, plan, failed);
            };
        } catch (RuntimeException e) {
            end(directory, watch, e);
            throw e instanceof LinuxError linuxError ? linuxError.during(what) : e;
        }
    }

    private static CompletableFuture<?> unmounted(Path directory, Watch watch, Runnable after) {
        try {
            watch.signal(Signals.KILL);
        } catch (GantryException gone) {
            LOG.debug("directory={} its process has ended already", directory);
        }
        // Not on the thread that reads what the watch says: the unmount of volumes takes its time.
        return watch.gone()
                .thenRunAsync(
                        () -> {
                            watch.close();
                            Watches.clear(directory);
                            after.run();
                        },
                        Thread::startVirtualThread);
    }

    /// What was started ends with its watch, and that with the last who is connected, or is killed.
    private static void end(Path directory, Watch watch, RuntimeException e) {
        try {
            watch.signal(Signals.KILL);
        } catch (GantryException gone) {
            e.addSuppressed(gone);
        }
        watch.close();
        Watches.clear(directory);
    }

    private static Internal lost(String what) {
        return new Internal(what, "its writable layer is gone", "remove it and create it again");
    }
}
