package dev.gantry.engine.container;

import dev.gantry.base.Conflict;
import dev.gantry.base.ContainerId;
import dev.gantry.base.GantryException;
import dev.gantry.base.InvalidArgument;
import dev.gantry.base.NotFound;
import dev.gantry.engine.container.ContainerTable.Durability;
import dev.gantry.engine.observe.Action;
import dev.gantry.engine.observe.Course;
import dev.gantry.engine.observe.Measures;
import dev.gantry.images.image.Image;
import dev.gantry.images.image.Images;
import dev.gantry.images.image.Layers;
import dev.gantry.images.snapshot.RootFs;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;

/// The containers of one data root, alive under their watches.
final class LiveContainers implements Containers {
    private static final int NAME_ATTEMPTS = 50;

    private final ContainerIndex index;
    private final ContainerTable table;
    private final Images images;
    private final Places places;
    private final OwnPlaces own = new OwnPlaces();
    private final ContainerDirectories directories;
    private final ContainerVolumes volumes;
    private final ContainerNetworks networks;
    private final Rows rows;
    private final ContainerLogs logs;
    private final Lifecycle lifecycle;
    private final Stops stops;
    private final Standby standby;
    private final Foresight foresight;
    private final Removal removal;
    private final Releases releases;
    private final Pauses pauses;
    private final Checkpoints checkpoints;
    private final Updates updates;
    private final Measures measures;
    private final Clock clock;
    private final RandomGenerator random;

    LiveContainers(
            ContainerIndex index,
            ContainerTable table,
            Images images,
            Places places,
            ContainerDirectories directories,
            ContainerVolumes volumes,
            ContainerNetworks networks,
            Rows rows,
            ContainerLogs logs,
            Lifecycle lifecycle,
            Stops stops,
            Standby standby,
            Foresight foresight,
            Removal removal,
            Releases releases,
            Pauses pauses,
            Checkpoints checkpoints,
            Updates updates,
            Measures measures,
            Clock clock,
            RandomGenerator random) {
        this.index = index;
        this.table = table;
        this.images = images;
        this.places = places;
        this.directories = directories;
        this.volumes = volumes;
        this.networks = networks;
        this.rows = rows;
        this.logs = logs;
        this.lifecycle = lifecycle;
        this.stops = stops;
        this.standby = standby;
        this.foresight = foresight;
        this.removal = removal;
        this.releases = releases;
        this.pauses = pauses;
        this.checkpoints = checkpoints;
        this.updates = updates;
        this.measures = measures;
        this.clock = clock;
        this.random = random;
    }

    @Override
    public Container create(String name, ContainerSpec asked) {
        ContainerId id = ContainerId.random(random);
        try (Course course = measures.begin(Action.CREATE, id.hex())) {
            Container made = create(id, name, asked);
            course.succeeded();
            return made;
        }
    }

    private Container create(ContainerId id, String name, ContainerSpec asked) {
        Image image = images.resolve(asked.image());
        if (image.source() instanceof Image.Source.Directory directory) {
            own.below(directory.path(), places.hidden());
        }
        ContainerSpec joined =
                ContainerVolumes.with(asked, other -> index.find(other).row.spec());
        ContainerSpec spec = SpecMerge.merge(
                networks.resolved(
                        joined.withOthers(other -> index.find(other).id.hex())),
                image.config());
        if (!spec.stop().signal().isEmpty()) {
            Signals.parse(spec.stop().signal());
        }
        Cpusets.check(spec.resources());
        logs.check(spec.log());
        volumes.makeSources(spec);
        String chosen = takeName(name.startsWith("/") ? name.substring(1) : name, id);
        ContainerSpec held = hold(id, chosen, spec);
        Cell cell = new Cell(new StoredContainer(
                id,
                chosen,
                held,
                image.id().digest().toString(),
                clock.instant(),
                new ContainerState.Created(),
                Container.History.NONE,
                "",
                ""));
        places.groups().place(id, held.isolation());
        foresight.expects(cell);
        try {
            directories.make(id);
            cell.root = images.prepare(id, image);
            volumes.fill(id, held, cell.root);
            if (cell.root instanceof RootFs.Copy copy && image.source() instanceof Image.Source.Layers) {
                directories.complete(copy, places.mountPoints());
            }
            networks.join(id, held);
            foresight.made(cell);
            // Steps of builds end with the process, and their containers with them.
            Durability durability = Layers.isLent(spec.image()) ? Durability.PROCESS : Durability.POWER;
            table.insert(cell.row, rows.event(cell, "create", Map.of()), durability)
                    .await();
        } catch (RuntimeException e) {
            undo(cell, e);
            throw e;
        }
        index.add(cell);
        return view(cell);
    }

    private ContainerSpec hold(ContainerId id, String name, ContainerSpec spec) {
        try {
            return volumes.hold(id, spec);
        } catch (RuntimeException e) {
            index.giveBack(name, id);
            throw e;
        }
    }

    private void undo(Cell cell, RuntimeException failure) {
        foresight.undone(cell);
        index.giveBack(cell.row.name(), cell.id);
        places.groups().forget(cell.id);
        for (Runnable step : List.<Runnable>of(
                () -> volumes.letGo(cell.id, cell.row.spec(), true),
                () -> networks.forget(cell.id),
                () -> images.release(cell.id),
                () -> directories.remove(cell.id))) {
            try {
                step.run();
            } catch (RuntimeException e) {
                failure.addSuppressed(e);
            }
        }
    }

    private String takeName(String name, ContainerId id) {
        if (!name.isEmpty()) {
            index.take(name, id);
            return name;
        }
        for (int attempt = 0; attempt < NAME_ATTEMPTS; attempt++) {
            String candidate = ContainerNames.random(random, attempt);
            if (index.tryTake(candidate, id)) {
                return candidate;
            }
        }
        index.take(id.shortHex(), id);
        return id.shortHex();
    }

    @Override
    public Container find(String text) {
        return view(index.find(text));
    }

    @Override
    public Optional<Container> get(ContainerId id) {
        return index.get(id).map(this::view);
    }

    @Override
    public List<Container> list() {
        List<Container> all = new ArrayList<>();
        index.all().forEach(cell -> all.add(view(cell)));
        all.sort(Comparator.comparing(Container::created).reversed());
        return all;
    }

    private Container view(Cell cell) {
        StoredContainer r = cell.row;
        return new Container(
                r.id(),
                r.name(),
                r.spec(),
                r.imageId(),
                r.created(),
                r.state(),
                r.history(),
                Container.Files.in(places.containers(), r.id()));
    }

    @Override
    public StartOutcome start(ContainerId id) {
        Cell cell = index.need(id);
        foresight.started(cell);
        return lifecycle.start(cell);
    }

    @Override
    public StartOutcome start(ContainerId id, List<String> variables) {
        Cell cell = index.need(id);
        foresight.started(cell);
        cell.unsaid = List.copyOf(variables);
        try {
            return lifecycle.start(cell);
        } finally {
            cell.unsaid = List.of();
        }
    }

    @Override
    public StartOutcome start(ContainerId id, String checkpoint, Optional<Path> in) {
        Cell cell = index.need(id);
        return lifecycle.start(cell, checkpoints.from(cell, existing(cell, checkpoint, in)));
    }

    @Override
    public void checkpoint(ContainerId id, String checkpoint, Optional<Path> in, boolean leaveRunning) {
        Cell cell = index.need(id);
        checkpoints.make(cell, Checkpoint.place(checkpoints(cell, in), checkpoint), in.isEmpty(), leaveRunning);
    }

    @Override
    public List<String> checkpoints(ContainerId id, Optional<Path> in) {
        return Checkpoint.in(checkpoints(index.need(id), in));
    }

    @Override
    public void removeCheckpoint(ContainerId id, String checkpoint, Optional<Path> in) {
        Checkpoint.remove(existing(index.need(id), checkpoint, in));
    }

    private Path existing(Cell cell, String checkpoint, Optional<Path> in) {
        Path directory = Checkpoint.place(checkpoints(cell, in), checkpoint);
        if (!Checkpoint.isAt(directory)) {
            throw new NotFound(
                    "find checkpoint " + checkpoint,
                    "checkpoint " + checkpoint + " does not exist for container " + cell.row.name(),
                    "see gantry checkpoint ls " + cell.row.name());
        }
        return directory;
    }

    private Path checkpoints(Cell cell, Optional<Path> in) {
        return in.orElseGet(() ->
                Container.Files.in(places.containers(), cell.id).directory().resolve("checkpoints"));
    }

    @Override
    public StopOutcome stop(ContainerId id, StopRequest how) {
        return stops.stop(index.need(id), how);
    }

    @Override
    public void restart(ContainerId id, StopRequest how) {
        lifecycle.restart(index.need(id), how);
    }

    @Override
    public void kill(ContainerId id, int signal) {
        stops.kill(index.need(id), signal);
    }

    @Override
    public void pause(ContainerId id) {
        pauses.pause(index.need(id));
    }

    @Override
    public void unpause(ContainerId id) {
        pauses.unpause(index.need(id));
    }

    @Override
    public void update(ContainerId id, UnaryOperator<ContainerSpec> change) {
        updates.update(index.need(id), change);
    }

    @Override
    public ExitWait expect(ContainerId id, WaitCondition condition) {
        return index.need(id).expect(condition);
    }

    @Override
    public void remove(ContainerId id, boolean force) {
        remove(id, force, false);
    }

    @Override
    public void remove(ContainerId id, boolean force, boolean anonymousVolumes) {
        removal.remove(index.need(id), force, anonymousVolumes);
    }

    @Override
    public void rename(ContainerId id, String to) {
        Cell cell = index.need(id);
        String name = to.startsWith("/") ? to.substring(1) : to;
        cell.turn.lock();
        try {
            String old = cell.row.name();
            if (old.equals(name)) {
                throw new InvalidArgument("rename container " + old, "it has this name already", "choose another name");
            }
            index.take(name, id);
            try {
                StoredContainer renamed = cell.row.named(name);
                var event = rows.event(cell, "rename", Map.of("oldName", "/" + old, "name", name));
                rows.commit(cell, renamed, List.of(event), Durability.POWER);
            } catch (GantryException e) {
                index.giveBack(name, id);
                throw e;
            }
            index.giveBack(old, id);
            networks.renamed(id, name);
        } finally {
            cell.turn.unlock();
        }
    }

    @Override
    public void resize(ContainerId id, int rows, int columns) {
        Cell cell = index.need(id);
        cell.turn.lock();
        try {
            cell.rows = rows;
            cell.columns = columns;
            Task task = cell.task;
            boolean current = task != null && (!task.launched || cell.row.state() instanceof ContainerState.Running);
            if (task != null && current) {
                task.watch.resize(rows, columns);
            } else if (cell.row.state() instanceof ContainerState.Exited) {
                throw new Conflict("resize container " + cell.row.name(), "it is not running", "start it first");
            }
        } finally {
            cell.turn.unlock();
        }
    }

    @Override
    public Attachment attach(ContainerId id, AttachRequest what) {
        Cell cell = index.need(id);
        cell.turn.lock();
        try {
            Task task = switch (cell.row.state()) {
                case ContainerState.Running _ -> cell.task;
                case ContainerState.Created _, ContainerState.Exited _ -> standby.pending(cell);
                case ContainerState.Restarting _ ->
                    throw new Conflict(
                            "attach to container " + cell.row.name(), "it is restarting", "wait until it is running");
                case ContainerState.Dead _, ContainerState.Removing _ ->
                    throw new Conflict(
                            "attach to container " + cell.row.name(),
                            "it is " + cell.row.state().word(),
                            "create a new one");
            };
            if (task == null) {
                throw new IllegalStateException("a running container has a task");
            }
            task.attachments++;
            boolean stdin = what.stdin() && cell.row.spec().streams().openStdin();
            Path log = Container.Files.in(places.containers(), id)
                    .log(cell.row.spec().log());
            return new WatchAttachment(
                    task.watch.attach(WatchAttachment.options(what, stdin, log)),
                    cell.row.spec().streams().tty(),
                    () -> standby.letGo(cell, task));
        } finally {
            cell.turn.unlock();
        }
    }

    @Override
    public List<Integer> processes(ContainerId id) {
        Cell cell = index.need(id);
        if (!(cell.row.state() instanceof ContainerState.Running)) {
            throw new Conflict("list processes of container " + cell.row.name(), "it is not running", "start it first");
        }
        return releases.processes(id.hex()).stream().map(Long::intValue).toList();
    }
}
