package dev.gantry.engine.container;

import dev.gantry.base.Conflict;
import dev.gantry.base.GantryException;
import dev.gantry.base.Internal;
import dev.gantry.base.Unavailable;
import dev.gantry.engine.container.ContainerTable.Durability;
import dev.gantry.engine.event.EventDraft;
import dev.gantry.engine.observe.Action;
import dev.gantry.engine.observe.Course;
import dev.gantry.engine.observe.Measures;
import dev.gantry.engine.observe.Phase;
import dev.gantry.runtime.watch.ExitRecord;
import dev.gantry.runtime.watch.Exited;
import dev.gantry.runtime.watch.LaunchOutcome;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// From start to end and again: the one place where a container's state changes between its creation and its removal.
final class Lifecycle {
    private static final Logger LOG = LoggerFactory.getLogger(Lifecycle.class);
    private static final Duration BUSY = Duration.ofSeconds(1);
    private static final Duration LEAVES = Duration.ofSeconds(5);

    private final Rows rows;
    private final Checkups checkups;
    private final Standby standby;
    private final Launcher launcher;
    private final Stops stops;
    private final Insistence insistence;
    private final Departures departures;
    private final Releases releases;
    private final Places places;
    private final ContainerVolumes volumes;
    private final ContainerNetworks networks;
    private final ContainerLogs logs;
    private final SharedMemory memory;
    private final String bootId;
    private final Clock clock;
    private final Measures measures;

    /// Ends are followed by this when they are for good and the container is to be removed.
    private final Consumer<Cell> remover;

    private final CountDownLatch adopted = new CountDownLatch(1);

    private volatile boolean closing;

    Lifecycle(
            Rows rows,
            Checkups checkups,
            Standby standby,
            Launcher launcher,
            Stops stops,
            Insistence insistence,
            Departures departures,
            Releases releases,
            Places places,
            ContainerVolumes volumes,
            ContainerNetworks networks,
            ContainerLogs logs,
            SharedMemory memory,
            String bootId,
            Clock clock,
            Measures measures,
            Consumer<Cell> remover) {
        this.rows = rows;
        this.checkups = checkups;
        this.standby = standby;
        this.launcher = launcher;
        this.stops = stops;
        this.insistence = insistence;
        this.departures = departures;
        this.releases = releases;
        this.places = places;
        this.volumes = volumes;
        this.networks = networks;
        this.logs = logs;
        this.memory = memory;
        this.bootId = bootId;
        this.clock = clock;
        this.measures = measures;
        this.remover = remover;
    }

    // start

    StartOutcome start(Cell cell) {
        cell.turn.lock();
        try {
            switch (cell.row.state()) {
                case ContainerState.Running running -> {
                    if (running.paused()) {
                        throw new Conflict(cell.what("start"), "it is paused", "unpause it instead");
                    }
                    return StartOutcome.ALREADY_RUNNING;
                }
                case ContainerState.Removing _ ->
                    throw new Conflict(cell.what("start"), "it is being removed", "create a new one");
                case ContainerState.Dead(String why) ->
                    throw new Conflict(cell.what("start"), why, "remove it and create it again");
                case ContainerState.Created _, ContainerState.Exited _, ContainerState.Restarting _ -> {}
            }
            cell.cancelRestart();
            cell.quickRuns = 0;
            launch(cell, 0);
            return StartOutcome.STARTED;
        } finally {
            cell.turn.unlock();
        }
    }

    /// The same from a checkpoint, as far as it is a start.
    StartOutcome start(Cell cell, Restoration from) {
        cell.turn.lock();
        try {
            cell.from = from;
            return start(cell);
        } finally {
            cell.from = null;
            cell.turn.unlock();
        }
    }

    /// By request: the end in between removes nothing.
    void restart(Cell cell, StopRequest how) {
        cell.kept.incrementAndGet();
        try {
            stops.stop(cell, how);
            start(cell);
        } finally {
            cell.kept.decrementAndGet();
        }
        rows.tell(cell, "restart", Map.of());
    }

    private void launch(Cell cell, int restarts) {
        try (Course course = measures.begin(Action.START, cell.id.hex())) {
            launch(cell, restarts, course);
            course.succeeded();
        }
    }

    private void launch(Cell cell, int restarts, Course course) {
        if (!cell.row.spec().log().isForwarded()) {
            run(cell, restarts, course);
            return;
        }
        course.enters(Phase.LOG);
        try {
            logs.begin(
                    cell.row,
                    Container.Files.in(places.containers(), cell.id)
                            .log(cell.row.spec().log()));
        } catch (RuntimeException e) {
            failed(cell, null, e);
            throw e;
        }
        try {
            run(cell, restarts, course);
        } finally {
            logs.begun(cell.id);
        }
    }

    private void run(Cell cell, int restarts, Course course) {
        course.enters(Phase.VOLUMES);
        cell.yieldRoot("start");
        Task task = null;
        try (Sources sources = volumes.open(cell.id, cell.row.spec())) {
            if (cell.from != null && cell.task != null) {
                cell.task.undo();
            }
            boolean again = cell.task != null && cell.task.undone();
            course.enters(Phase.NETWORK);
            ContainerNetworks.Run run = networks.begin(cell.id, cell.row.name(), cell.row.spec());
            // The one waits for other processes, the other computes.
            Meanwhile<Task> spawning = Meanwhile.start(() -> standby.pending(cell));
            EncodedPlan plan;
            course.enters(Phase.PLAN);
            try {
                plan = foreseen(cell, sources, run, again).orElseGet(() -> launcher.plan(cell, sources, run));
            } catch (RuntimeException noPlan) {
                task = spawning.joinedAfter(noPlan);
                throw noPlan;
            }
            course.enters(Phase.WATCH);
            task = spawning.joined();
            course.enters(Phase.LAUNCH);
            Restoration from = cell.from;
            EncodedPlan obeyed = from == null ? plan : from.of(plan, task.directory);
            switch (launcher.launch(cell, task, plan, obeyed, run)) {
                case LaunchOutcome.Started started -> {
                    course.enters(Phase.STORE);
                    started(cell, task, started, restarts);
                }
                case LaunchOutcome.Failed failed -> throw LaunchErrors.of(cell.what("start"), obeyed.plan(), failed);
            }
        } catch (RuntimeException e) {
            try {
                failed(cell, task, e);
            } catch (RuntimeException next) {
                e.addSuppressed(next);
            }
            throw e;
        }
    }

    /// The plan that was compiled ahead, if it is what would be compiled now.
    private static Optional<EncodedPlan> foreseen(
            Cell cell, Sources sources, ContainerNetworks.Run run, boolean again) {
        Foreseen ahead = cell.foreseen;
        cell.foreseen = null;
        if (ahead == null) {
            return Optional.empty();
        }
        try {
            EncodedPlan plan = ahead.plan().joined(); // also when it is not wanted: it writes files
            boolean fits = !again
                    && cell.unsaid.isEmpty()
                    && ahead.row() == cell.row
                    && run == ContainerNetworks.Run.NOWHERE
                    && sources.isEmpty();
            return fits ? Optional.of(plan) : Optional.empty();
        } catch (RuntimeException e) {
            return Optional.empty(); // it fails again, where somebody is told
        }
    }

    private void started(Cell cell, Task task, LaunchOutcome.Started started, int restarts) {
        Instant now = clock.instant();
        var state = new ContainerState.Running((int) started.pid(), started.startTime(), now);
        Container.History told = cell.row.history();
        var history = new Container.History(Optional.of(now), told.exit(), restarts, false, "");
        volumes.tellMounted(cell.id, cell.row.spec());
        StoredContainer row = cell.row.started(bootId, task.directory.toString(), state, history);
        rows.commit(cell, row, List.of(rows.event(cell, "start", Map.of())), Durability.PROCESS);
        if (row.spec().log().compressed()) {
            logs.packs();
        }
        listen(cell, task);
        checkups.begins(cell);
    }

    private void failed(Cell cell, @Nullable Task task, RuntimeException e) {
        if (task != null) {
            cell.task = null;
            if (task.launched) {
                undo(cell, task);
                departures.clearWhenGone(task);
            } else {
                task.forget();
            }
        }
        volumes.unmount(cell.id, cell.row.spec());
        networks.end(cell.id);
        if (cell.row.spec().autoRemove()) {
            removeSoon(cell); // once our turn is over
        }
        String words = e instanceof GantryException told ? told.what() + ": " + told.why() : e.toString();
        Container.History h = cell.row.history();
        rows.commit(
                cell,
                cell.row.with(new Container.History(h.startedAt(), h.exit(), h.restarts(), h.stopped(), words)),
                List.of(),
                Durability.PROCESS);
    }

    /// Ends a run that could not be stored: nobody would supervise it, and the next start would use its files again.
    private void undo(Cell cell, Task task) {
        try {
            task.watch.signal(Signals.KILL);
        } catch (GantryException gone) {
            LOG.debug("container id={} ended before it was killed", cell.id.shortHex());
        }
        releases.await(task, cell.id.hex());
        releases.awaitGone(task);
        try {
            // Else the next engine takes it for the end of a run.
            Files.deleteIfExists(places.exitRecord(cell.id));
        } catch (IOException e) {
            LOG.warn("exit record of container id={} left: {}", cell.id.shortHex(), e.toString());
        }
    }

    /// Has the end of a run told to [#ended].
    void listen(Cell cell, Task task) {
        task.watch.exited().whenComplete((exited, lost) -> {
            if (!closing) {
                // On a thread of its own: this one reads the watch's answers, for which others may wait in our turn.
                Thread.startVirtualThread(() -> {
                    if (exited != null) {
                        ended(cell, task, exited);
                    } else {
                        lost(cell, task);
                    }
                });
            }
        });
        departures.clearWhenGone(task);
    }

    // end

    private void ended(Cell cell, Task task, Exited exited) {
        insistence.untilDone("end", cell, () -> {
            if (cell.task == task && cell.row.state() instanceof ContainerState.Running) {
                settle(cell, new Exit(exited.code(), exited.outOfMemory(), exited.finishedAt(), task.givenUp));
            }
        });
    }

    /// The watch is gone and told nothing: its exit record decides, else nobody supervises the container any more.
    private void lost(Cell cell, Task task) {
        insistence.untilDone("loss", cell, () -> {
            if (cell.task != task || !(cell.row.state() instanceof ContainerState.Running running)) {
                return;
            }
            Optional<ExitRecord> record = record(cell).filter(r -> Adoption.isOf(r, running, cell.row.bootId()));
            if (record.isPresent()) {
                settle(cell, Adoption.exit(record.get()));
            } else {
                settleLost(cell);
            }
        });
    }

    void settleLost(Cell cell) {
        if (cell.row.state() instanceof ContainerState.Running running) {
            releases.killInit(running.pid(), running.startTime());
        }
        releases.release(cell.id.hex());
        memory.leave(cell.row, Container.Files.in(places.containers(), cell.id));
        settle(cell, new Exit(Adoption.LOST_CODE, false, clock.instant(), Adoption.LOST));
    }

    Optional<ExitRecord> record(Cell cell) {
        try {
            return ExitRecord.read(places.exitRecord(cell.id));
        } catch (IOException e) {
            throw new Internal(
                    "read the exit record of " + cell.row.name(),
                    String.valueOf(e.getMessage()),
                    "look at the disk of the data root",
                    e);
        }
    }

    /// A run has ended with `exit`: stored, told, and followed by what the policy wants. The cell's turn is held.
    void settle(Cell cell, Exit exit) {
        StoredContainer row = cell.row;
        Container.History h = row.history();
        Duration ran = Duration.between(h.startedAt().orElse(exit.at()), exit.at());
        Optional<Duration> again =
                row.spec().restart().afterExit(exit.code(), h.stopped(), h.restarts(), cell.quickRuns, ran);
        Optional<Instant> due = again.map(exit.at()::plus);
        ContainerState next =
                due.isPresent() ? new ContainerState.Restarting(exit, due.get()) : new ContainerState.Exited(exit);
        var history = new Container.History(h.startedAt(), Optional.of(exit), h.restarts(), h.stopped(), exit.words());
        List<EventDraft> told = new ArrayList<>();
        if (exit.oomKilled()) {
            told.add(rows.event(cell, "oom", Map.of()));
        }
        told.add(rows.event(
                cell,
                "die",
                Map.of("exitCode", Integer.toString(exit.code()), "execDuration", Long.toString(ran.toSeconds()))));
        rows.commit(cell, row.with(next, history), told, Durability.PROCESS);
        checkups.ends(cell);
        volumes.unmount(cell.id, row.spec());
        networks.end(cell.id);
        // Only now: what could not be stored is settled again.
        cell.quickRuns = RestartPolicy.isGoodRun(ran) ? 0 : cell.quickRuns + 1;
        cell.tellEnd(exit);
        if (due.isPresent()) {
            restartAt(cell, due.get());
        } else if (row.spec().autoRemove() && cell.kept.get() == 0) {
            removeSoon(cell);
        }
    }

    private void removeSoon(Cell cell) {
        Thread.startVirtualThread(() -> {
            try {
                remover.accept(cell);
            } catch (RuntimeException e) {
                LOG.warn("container id={} not removed at its end: {}", cell.id.shortHex(), e.getMessage());
            }
        });
    }

    // restart by policy

    /// The containers of an earlier engine are all known: from now on their states are true, and restarts begin.
    void adopted() {
        adopted.countDown();
    }

    /// Not before the watch of the last run has left, for which nobody's turn is held. The cell's turn is held.
    void restartAt(Cell cell, Instant due) {
        Task last = cell.task;
        cell.restart = Thread.startVirtualThread(() -> {
            try {
                Thread.sleep(Duration.between(clock.instant(), due).plusMillis(1));
                adopted.await();
                if (last != null && last.launched) {
                    awaitLeft(cell, last);
                }
            } catch (InterruptedException e) {
                return;
            }
            if (!restartNow(cell)) {
                insistence.untilDone("failed restart", cell, () -> giveUp(cell));
            }
        });
    }

    private static void awaitLeft(Cell cell, Task last) throws InterruptedException {
        try {
            last.watch.gone().get(LEAVES.toMillis(), TimeUnit.MILLISECONDS);
            return;
        } catch (ExecutionException e) {
            return; // its connection has ended, however
        } catch (TimeoutException e) {
            LOG.warn(
                    "container id={} restarted later: what its last run wrote is still on its way to the disk",
                    cell.id.shortHex());
        }
        try {
            last.watch.gone().get();
        } catch (ExecutionException e) {
            LOG.debug("watch of container id={} has left: {}", cell.id.shortHex(), e.toString());
        }
    }

    /// False when it was to be started and could not.
    private boolean restartNow(Cell cell) {
        Donors.Seen donors = launcher.donors(cell);
        cell.turn.lock();
        try {
            if (closing
                    || cell.restart != Thread.currentThread()
                    || !(cell.row.state() instanceof ContainerState.Restarting)) {
                return true;
            }
            // It ended with one whose namespaces it uses, and whose own policy starts that one first.
            if (donors.anyRestarts() || !isYielded(cell)) {
                restartAt(cell, clock.instant().plus(BUSY));
                return true;
            }
            cell.restart = null;
            launch(cell, cell.row.history().restarts() + 1);
            return true;
        } catch (RuntimeException e) {
            if (!launcher.donors(cell).equals(donors)) {
                // One of them ended meanwhile, and may even run again: this start was meant for its last run.
                restartAt(cell, clock.instant().plus(BUSY));
                return true;
            }
            LOG.warn("container id={} not restarted: {}", cell.id.shortHex(), e.toString());
            return false;
        } finally {
            cell.turn.unlock();
        }
    }

    /// Whoever copies its files for long, or a disk that is busy with what its last run wrote, is no reason to leave it
    /// down for good.
    private boolean isYielded(Cell cell) {
        try {
            cell.yieldRoot("start");
            standby.clear(cell);
            return true;
        } catch (Unavailable busy) {
            LOG.warn("container id={} restarted later: {}", cell.id.shortHex(), busy.toString());
            return false;
        }
    }

    /// The cell's turn is held. Another may have started or stopped it meanwhile.
    private void giveUp(Cell cell) {
        if (cell.restart == null && cell.row.state() instanceof ContainerState.Restarting again) {
            Container.History h = cell.row.history();
            rows.commit(cell, cell.row.with(new ContainerState.Exited(again.last()), h), List.of(), Durability.PROCESS);
            cell.tellEnd(again.last());
        }
    }

    /// From now on the end of a connection is ours and says nothing of the container.
    void close() {
        closing = true;
        standby.close();
        insistence.close();
        departures.close();
    }
}
