package dev.gantry.engine.container;

import dev.gantry.base.Conflict;
import dev.gantry.base.ContainerId;
import dev.gantry.base.Unavailable;
import dev.gantry.engine.event.Events;
import dev.gantry.engine.observe.Measures;
import dev.gantry.images.image.Images;
import dev.gantry.images.snapshot.RootFs;
import dev.gantry.images.snapshot.Snapshotter;
import dev.gantry.linux.Linux;
import dev.gantry.runtime.oci.HostFacts;
import dev.gantry.runtime.oci.LaunchContext;
import dev.gantry.runtime.plan.LaunchPlan;
import dev.gantry.volume.Volumes;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The containers of one data root with everything behind them. Opening settles what happened while no engine lived;
/// closing leaves what runs alone.
public final class ContainerEngine implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ContainerEngine.class);

    private final ContainerIndex index;
    private final LiveContainers containers;
    private final Rows rows;
    private final Lifecycle lifecycle;
    private final Checkups checkups;
    private final VolumeCopies volumeCopies;
    private final ContainerDirectories directories;
    private final ContainerRoots roots;

    private final Places places;

    private ContainerEngine(
            Places places,
            ContainerIndex index,
            LiveContainers containers,
            Rows rows,
            Lifecycle lifecycle,
            Checkups checkups,
            ContainerDirectories directories,
            VolumeCopies volumeCopies,
            ContainerRoots roots) {
        this.roots = roots;
        this.places = places;
        this.volumeCopies = volumeCopies;
        this.index = index;
        this.directories = directories;
        this.containers = containers;
        this.rows = rows;
        this.lifecycle = lifecycle;
        this.checkups = checkups;
    }

    /// What an engine of containers works with.
    ///
    /// @param autostart what a watch executes when a container that an engine must hear of ends while none lives
    public record Parts(
            ContainerTable table,
            Events events,
            Images images,
            Snapshotter snapshots,
            Volumes volumes,
            UserNamespaces users,
            ContainerNetworks networks,
            NamedDevices devices,
            ContainerLogs logs,
            RootFiles rootFiles,
            Watches watches,
            Places places,
            HostFacts host,
            Linux linux,
            List<String> autostart,
            Measures measures,
            Clock clock,
            RandomGenerator random) {
        public Parts {
            autostart = List.copyOf(autostart);
        }
    }

    public static ContainerEngine open(Parts p) {
        var index = new ContainerIndex();
        var releases = new Releases(p.linux(), p.host().cgroups(), p.places().groups());
        var volumes = new ContainerVolumes(
                p.linux(),
                p.volumes(),
                new ContainerImages(p.linux(), p.images(), p.places(), p.random()),
                p.events(),
                p.users());
        var memory = new SharedMemory(p.linux());
        var launcher = new Launcher(
                p.watches(),
                p.places(),
                p.host(),
                p.images(),
                p.snapshots(),
                p.rootFiles(),
                p.autostart(),
                new HostDevices(p.linux(), p.host(), p.devices()),
                p.users(),
                memory,
                p.logs(),
                id -> index.get(id).map(cell -> cell.row));
        var checkups = new Checkups();
        var rows = new Rows(p.table(), p.events(), checkups, p.clock());
        var standby = new Standby(launcher, releases);
        var stops = new Stops(rows);
        var insistence = new Insistence();
        var departures = new Departures();
        var removals = new LateRemoval();
        var lifecycle = new Lifecycle(
                rows,
                checkups,
                standby,
                launcher,
                stops,
                insistence,
                departures,
                releases,
                p.places(),
                volumes,
                p.networks(),
                p.logs(),
                memory,
                p.host().bootId(),
                p.clock(),
                p.measures(),
                removals);
        var directories = new ContainerDirectories(p.linux(), p.places().containers());
        var removal = new Removal(
                index,
                p.table(),
                p.images(),
                directories,
                releases,
                rows,
                checkups,
                stops,
                departures,
                volumes,
                p.networks(),
                p.logs(),
                memory,
                p.places(),
                p.measures());
        removals.removal = removal;
        var freezer = new Freezer(index, p.host().cgroups(), p.places().groups());
        var updates = new Updates(rows, p.places(), p.host().cgroups());
        var engine = new ContainerEngine(
                p.places(),
                index,
                new LiveContainers(
                        index,
                        p.table(),
                        p.images(),
                        p.places(),
                        directories,
                        volumes,
                        p.networks(),
                        rows,
                        p.logs(),
                        lifecycle,
                        stops,
                        standby,
                        new Foresight(standby, launcher),
                        removal,
                        releases,
                        new Pauses(rows, freezer),
                        new Checkpoints(p.linux().processes(), rows, Criu.ofPath()),
                        updates,
                        p.measures(),
                        p.clock(),
                        p.random()),
                rows,
                lifecycle,
                checkups,
                directories,
                new VolumeCopies(p.linux(), p.volumes(), freezer),
                new ContainerRoots(
                        p.linux(),
                        index,
                        launcher,
                        p.watches(),
                        p.places(),
                        volumes,
                        releases,
                        p.images(),
                        freezer,
                        p.random()));
        new Adopter(
                        index,
                        directories,
                        lifecycle,
                        rows,
                        insistence,
                        departures,
                        removal,
                        releases,
                        volumes,
                        updates,
                        memory,
                        p)
                .adopt();
        return engine;
    }

    /// Ends lead to removals, and removals wait for ends.
    private static final class LateRemoval implements Consumer<Cell> {
        private volatile @Nullable Removal removal;

        @Override
        public void accept(Cell cell) {
            Removal wired = removal;
            if (wired != null) {
                wired.remove(cell, false, true);
            }
        }
    }

    public VolumeCopies volumeCopies() {
        return volumeCopies;
    }

    public ContainerRoots roots() {
        return roots;
    }

    public Containers containers() {
        return containers;
    }

    /// For execs.
    public Running running(ContainerId id) {
        Cell cell = index.need(id);
        cell.turn.lock();
        try {
            Task task = cell.task;
            if (!(cell.row.state() instanceof ContainerState.Running state) || task == null) {
                throw new Conflict(
                        "exec in container " + cell.row.name(),
                        "container " + cell.id.hex() + " is not running",
                        "start it first");
            }
            LaunchPlan plan = task.plan;
            RootFs root = cell.root;
            if (state.paused()) {
                throw new Conflict(
                        "exec in container " + cell.row.name(), "it is paused", "unpause the container before exec");
            }
            if (plan == null || root == null) {
                throw new Conflict(
                        "exec in container " + cell.row.name(),
                        "the plan it was started with is lost",
                        "restart the container");
            }
            return new Running(
                    id,
                    cell.row.name(),
                    new LaunchContext.Peer(state.pid(), state.startTime()),
                    plan,
                    task.directory,
                    root,
                    Rows.attributes(cell, Map.of()));
        } finally {
            cell.turn.unlock();
        }
    }

    /// Acts on a container while nothing else does.
    public void inTurn(ContainerId id, Consumer<Turn> action) {
        Cell cell = index.need(id);
        cell.turn.lock();
        try {
            Task task = cell.task;
            var files = Container.Files.in(places.containers(), id);
            action.accept(
                    new Turn(cell.row, files, task == null ? null : task.watch, spec -> rows.respecify(cell, spec)));
        } finally {
            cell.turn.unlock();
        }
    }

    /// False, and nothing is done, when something else acts on it.
    public boolean tryInTurn(ContainerId id, Runnable action) {
        Cell cell = index.need(id);
        if (!cell.turn.tryLock()) {
            return false;
        }
        try {
            action.run();
            return true;
        } finally {
            cell.turn.unlock();
        }
    }

    /// From now on. It is told of what runs already.
    public void checkedBy(HealthWatch watch) {
        checkups.by(watch);
        index.all().forEach(checkups::begins);
    }

    /// The directory of the watch of a container that runs.
    public Optional<Path> watchDirectory(ContainerId id) {
        return index.get(id)
                .filter(cell -> cell.row.state() instanceof ContainerState.Running)
                .map(cell -> Path.of(cell.row.watchDirectory()));
    }

    @Override
    public void close() {
        lifecycle.close();
        for (Cell cell : index.all()) {
            cell.turn.lock();
            try {
                cell.cancelRestart();
                letGoOfRoot(cell);
                Task task = cell.task;
                if (task != null) {
                    if (task.launched) {
                        task.watch.close();
                    } else {
                        task.forget();
                        cell.task = null; // its name may be the next engine's
                    }
                }
            } finally {
                cell.turn.unlock();
            }
        }
        directories.close();
    }

    /// One that cannot be let go of is no reason to keep the others.
    private static void letGoOfRoot(Cell cell) {
        try {
            cell.yieldRoot("let go of");
        } catch (Unavailable busy) {
            LOG.warn("root of container id={} left mounted: {}", cell.id.shortHex(), busy.toString());
        }
    }
}
