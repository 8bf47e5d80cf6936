package dev.gantry.engine.container;

import dev.gantry.base.ContainerId;
import dev.gantry.base.GantryException;
import dev.gantry.base.Internal;
import dev.gantry.base.Parallel;
import dev.gantry.base.Unavailable;
import dev.gantry.engine.container.ContainerTable.Durability;
import dev.gantry.runtime.plan.LaunchPlan;
import dev.gantry.runtime.plan.PlanCodec;
import dev.gantry.runtime.watch.ExitRecord;
import dev.gantry.runtime.watch.Watch;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What an engine does before it opens: it finds out what became of every container, and removes what belongs to none.
/// Only what carries an id of this data root or lies in this run root is touched: other engines live beside this one.
final class Adopter {
    private static final Logger LOG = LoggerFactory.getLogger(Adopter.class);
    private static final int AT_A_TIME = 8;
    private static final String NO_FILES = "its files are not on disk any more";
    private static final Duration RECORD_TAKES = Duration.ofSeconds(3);

    private final ContainerIndex index;
    private final ContainerDirectories directories;
    private final Lifecycle lifecycle;
    private final Rows rows;
    private final Insistence insistence;
    private final Departures departures;
    private final Removal removal;
    private final Releases releases;
    private final ContainerVolumes volumes;
    private final Updates updates;
    private final SharedMemory memory;
    private final ContainerEngine.Parts parts;

    Adopter(
            ContainerIndex index,
            ContainerDirectories directories,
            Lifecycle lifecycle,
            Rows rows,
            Insistence insistence,
            Departures departures,
            Removal removal,
            Releases releases,
            ContainerVolumes volumes,
            Updates updates,
            SharedMemory memory,
            ContainerEngine.Parts parts) {
        this.index = index;
        this.directories = directories;
        this.lifecycle = lifecycle;
        this.rows = rows;
        this.insistence = insistence;
        this.departures = departures;
        this.removal = removal;
        this.releases = releases;
        this.volumes = volumes;
        this.updates = updates;
        this.memory = memory;
        this.parts = parts;
    }

    void adopt() {
        List<Cell> cells = new ArrayList<>();
        for (StoredContainer row : parts.table().load()) {
            Cell cell = new Cell(row);
            index.take(row.name(), row.id());
            parts.places().groups().place(row.id(), row.spec().isolation());
            index.add(cell);
            cells.add(cell);
            volumes.held(row.id(), row.spec());
        }
        Parallel.map(cells, AT_A_TIME, cell -> {
            adopt(cell);
            return cell;
        });
        lifecycle.adopted();
        sweep();
        parts.networks().settle(index.all().stream().map(c -> c.id).collect(Collectors.toSet()));
        parts.volumes().settle();
    }

    // one container

    private void adopt(Cell cell) {
        cell.turn.lock();
        try {
            cell.quickRuns = cell.row.history().restarts();
            if (cell.row.state() instanceof ContainerState.Removing) {
                removal.removeNow(cell, false);
                return;
            }
            if (cell.row.state() instanceof ContainerState.Dead(String why) && !why.equals(NO_FILES)) {
                return;
            }
            cell.root = parts.images().find(cell.id).orElse(null);
            if (cell.row.state() instanceof ContainerState.Dead && !risen(cell)) {
                return;
            }
            Path directory = directory(cell.row);
            Optional<Watch> watch = connect(directory);
            clearOthers(cell, directory);
            try {
                apply(cell, directory, watch);
            } catch (Unavailable e) {
                // It ended between the greeting and the subscription: look again without it.
                watch.ifPresent(Watch::close);
                apply(cell, directory, Optional.empty());
            }
            if (!(cell.row.state() instanceof ContainerState.Running)) {
                parts.networks().end(cell.id);
                markDeadIfEmpty(cell);
            }
        } catch (RuntimeException e) {
            // One container must not keep the others from being served, whatever its row or its files hold.
            LOG.error("container id={} not adopted", cell.id.shortHex(), e);
        } finally {
            cell.turn.unlock();
        }
    }

    private void apply(Cell cell, Path directory, Optional<Watch> watch) {
        Optional<ExitRecord> record = record(cell, watch);
        switch (Adoption.judge(cell.row, parts.host().bootId(), watch.map(Watch::greeting), record)) {
            case Adoption.Verdict.Running(int pid, long startTime) ->
                adoptRunning(cell, directory, watch.orElseThrow(), pid, startTime);
            case Adoption.Verdict.Ended(Exit exit) -> {
                volumes.mounted(cell.id, cell.row.spec());
                forget(directory, watch);
                releases.release(cell.id.hex());
                insistence.nowOrLater(cell, () -> lifecycle.settle(cell, exit));
            }
            case Adoption.Verdict.HostRestarted _ -> {
                forget(directory, watch);
                Exit exit = Adoption.hostRestarted(parts.clock().instant());
                insistence.nowOrLater(cell, () -> lifecycle.settle(cell, exit));
            }
            case Adoption.Verdict.Lost _ -> {
                volumes.mounted(cell.id, cell.row.spec());
                forget(directory, watch);
                insistence.nowOrLater(cell, () -> lifecycle.settleLost(cell));
            }
            case Adoption.Verdict.AsStored _ -> {
                forget(directory, watch);
                asStored(cell);
            }
        }
    }

    private void adoptRunning(Cell cell, Path directory, Watch watch, int pid, long startTime) {
        watch.subscribe();
        volumes.mounted(cell.id, cell.row.spec());
        Task task = new Task(directory, watch);
        task.launched = true;
        task.plan = plan(directory);
        cell.task = task;
        boolean stored =
                cell.row.state() instanceof ContainerState.Running r && r.pid() == pid && r.startTime() == startTime;
        if (!stored) {
            // Its start was not stored any more.
            Instant now = parts.clock().instant();
            Container.History h = cell.row.history();
            var history = new Container.History(Optional.of(now), h.exit(), h.restarts(), false, "");
            rows.commit(
                    cell,
                    cell.row.started(
                            parts.host().bootId(),
                            directory.toString(),
                            new ContainerState.Running(pid, startTime, now),
                            history),
                    List.of(rows.event(cell, "start", Map.of())),
                    Durability.PROCESS);
        }
        boolean still = watch.greeting().paused();
        if (cell.row.state() instanceof ContainerState.Running r && r.paused() != still) {
            rows.paused(cell, still); // what was done last was not stored any more
        }
        quietly(() -> updates.settle(cell));
        parts.networks().adopted(cell.row, watch);
        lifecycle.listen(cell, task);
        if (!stored && task.plan == null) {
            // Nobody was told of this start, and no exec could join it: the engine died before the plan was kept.
            task.givenUp = Adoption.HALF_STARTED;
            watch.signal(Signals.KILL);
        }
    }

    private void asStored(Cell cell) {
        ContainerSpec spec = cell.row.spec();
        Container.History h = cell.row.history();
        switch (cell.row.state()) {
            case ContainerState.Restarting again -> lifecycle.restartAt(cell, again.due());
            case ContainerState.Exited ended -> {
                if (spec.autoRemove()) {
                    removal.removeNow(cell, true);
                } else if (spec.restart().atOpen(ended.exit().code(), h.stopped(), h.restarts())) {
                    Instant due = parts.clock().instant();
                    rows.commit(
                            cell,
                            cell.row.with(new ContainerState.Restarting(ended.exit(), due), h),
                            List.of(),
                            Durability.PROCESS);
                    lifecycle.restartAt(cell, due);
                }
            }
            case ContainerState.Created _,
                    ContainerState.Dead _,
                    ContainerState.Removing _,
                    ContainerState.Running _ -> {}
        }
    }

    private boolean hasFiles(Cell cell) {
        return Files.isDirectory(parts.places().containers().resolve(cell.id.hex())) && cell.root != null;
    }

    /// Its files are there again, as after the disk that they are on was away.
    private boolean risen(Cell cell) {
        if (!hasFiles(cell)) {
            return false;
        }
        Container.History h = cell.row.history();
        ContainerState state =
                h.exit().isPresent() ? new ContainerState.Exited(h.exit().get()) : new ContainerState.Created();
        rows.commit(cell, cell.row.with(state, h), List.of(), Durability.PROCESS);
        return true;
    }

    private void markDeadIfEmpty(Cell cell) {
        if (!hasFiles(cell)
                && index.get(cell.id).isPresent()
                && !(cell.row.state() instanceof ContainerState.Removing)) {
            cell.cancelRestart();
            var dead = new ContainerState.Dead(NO_FILES);
            rows.commit(cell, cell.row.with(dead, cell.row.history()), List.of(), Durability.PROCESS);
        }
    }

    /// Where the latest start that may have happened was: one that was not stored is found by its living watch.
    private Path directory(StoredContainer row) {
        for (Path candidate : like(row.id())) {
            Optional<Watch> watch = connect(candidate);
            watch.ifPresent(Watch::close);
            if (watch.isPresent() && watch.get().greeting().state() == Watch.State.RUNNING) {
                return candidate;
            }
        }
        return row.watchDirectory().isEmpty() ? parts.places().watch(row.id()) : Path.of(row.watchDirectory());
    }

    private List<Path> like(ContainerId id) {
        String digits = parts.places().watch(id).getFileName().toString();
        return children(parts.places().watches()).stream()
                .filter(d -> d.getFileName().toString().startsWith(digits))
                .toList();
    }

    private void clearOthers(Cell cell, Path directory) {
        for (Path other : like(cell.id)) {
            if (!other.equals(directory)) {
                Watches.clear(other);
            }
        }
    }

    /// A watch whose container has just ended may not have written its record yet: it is waited for.
    private Optional<ExitRecord> record(Cell cell, Optional<Watch> watch) {
        boolean soon = watch.isPresent() && watch.get().greeting().state() == Watch.State.ENDED;
        long deadline = System.nanoTime() + RECORD_TAKES.toNanos();
        while (true) {
            Optional<ExitRecord> record = lifecycle.record(cell);
            boolean own = record.isPresent()
                    && (!(cell.row.state() instanceof ContainerState.Running r)
                            || Adoption.isOf(record.get(), r, cell.row.bootId()));
            if (!soon || own || System.nanoTime() > deadline) {
                return record;
            }
            try {
                Thread.sleep(Duration.ofMillis(5));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return record;
            }
        }
    }

    private static Optional<Watch> connect(Path directory) {
        if (!Files.exists(directory.resolve("s"))) {
            return Optional.empty();
        }
        try {
            return Optional.of(Watch.connect(directory));
        } catch (Unavailable e) {
            return Optional.empty();
        }
    }

    private static void forget(Path directory, Optional<Watch> watch) {
        watch.ifPresent(Watch::close);
        Watches.clear(directory);
    }

    private static @Nullable LaunchPlan plan(Path directory) {
        try {
            return PlanCodec.decode(Files.readAllBytes(directory.resolve(Launcher.PLAN_FILE)));
        } catch (IOException | GantryException e) {
            LOG.warn("plan in {} unreadable: {}", directory, e.toString());
            return null;
        }
    }

    // what belongs to nobody

    private void sweep() {
        Set<String> known = new HashSet<>();
        Set<String> mounted = new HashSet<>();
        index.all().forEach(cell -> {
            known.add(cell.id.hex());
            mounted.addAll(ContainerImages.snapshots(cell.row.spec()));
        });
        for (Path directory : children(parts.places().watches())) {
            String name = directory.getFileName().toString();
            String digits = name.substring(0, Math.min(name.length(), Places.ID_DIGITS));
            if (known.stream().noneMatch(id -> id.startsWith(digits))) {
                quietly(() -> sweepWatch(directory));
            }
        }
        for (Path directory : children(parts.places().containers())) {
            String name = directory.getFileName().toString();
            if (name.matches("[0-9a-f]{64}") && !known.contains(name)) {
                quietly(() -> {
                    releases.release(name);
                    parts.images().release(new ContainerId(name));
                    memory.unmount(Container.Files.in(parts.places().containers(), new ContainerId(name)));
                    directories.remove(new ContainerId(name));
                });
            }
        }
        for (ContainerId id : parts.snapshots().containers()) {
            if (!known.contains(id.hex()) && !mounted.contains(id.hex())) {
                quietly(() -> {
                    releases.release(id.hex());
                    parts.images().release(id);
                });
            }
        }
    }

    private void sweepWatch(Path directory) {
        Optional<Watch> found = connect(directory);
        if (found.isEmpty()) {
            Watches.clear(directory);
            return;
        }
        Watch watch = found.get();
        if (watch.greeting().state() == Watch.State.RUNNING && !isExecOfRunning(directory)) {
            watch.subscribe();
            watch.signal(Signals.KILL);
            departures.leaveBehind(watch, directory);
            return;
        }
        if (watch.greeting().state() == Watch.State.WAITING) {
            watch.close();
            Watches.clear(directory);
            return;
        }
        // An exec of an earlier engine goes on to its end, which nobody asks for.
        watch.subscribe();
        watch.gone().thenRun(() -> {
            watch.close();
            Watches.clear(directory);
        });
    }

    private boolean isExecOfRunning(Path directory) {
        try {
            String id = Files.readString(directory.resolve(Places.EXEC_FILE)).strip();
            return index.get(new ContainerId(id)).map(Cell::isActive).orElse(false);
        } catch (IOException | GantryException e) {
            return false;
        }
    }

    private static void quietly(Runnable work) {
        try {
            work.run();
        } catch (RuntimeException e) {
            LOG.warn("left for the next engine: {}", e.toString());
        }
    }

    private static List<Path> children(Path directory) {
        List<Path> all = new ArrayList<>();
        try (DirectoryStream<Path> found = Files.newDirectoryStream(directory)) {
            found.forEach(all::add);
        } catch (NoSuchFileException e) {
            // Then there are none.
        } catch (IOException e) {
            throw new Internal("list " + directory, String.valueOf(e), "look at the file system", e);
        }
        return all;
    }
}
