package dev.gantry.engine.container;

import dev.gantry.base.Conflict;
import dev.gantry.base.GantryException;
import dev.gantry.base.Internal;
import dev.gantry.base.Unavailable;
import dev.gantry.engine.container.ContainerTable.Durability;
import dev.gantry.engine.event.Event;
import dev.gantry.engine.event.EventDraft;
import dev.gantry.engine.event.Events;
import dev.gantry.runtime.watch.ExitRecord;
import dev.gantry.runtime.watch.Exited;
import dev.gantry.runtime.watch.LaunchOutcome;
import dev.gantry.runtime.watch.Watch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// From start to end and again: the one place where a container's state changes between its creation and its removal.
final class Lifecycle {
    private static final Logger LOG = LoggerFactory.getLogger(Lifecycle.class);
    private static final Duration KILL_TAKES = Duration.ofSeconds(20);
    private static final Duration DEFAULT_STOP = Duration.ofSeconds(10);
    private static final Duration LEAVING_TAKES = Duration.ofSeconds(5);
    private static final Duration FIRST_PAUSE = Duration.ofMillis(50);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);

    private final ContainerTable table;
    private final Events events;
    private final Launcher launcher;
    private final Releases releases;
    private final Places places;
    private final ContainerVolumes volumes;
    private final ContainerNetworks networks;
    private final String bootId;
    private final Clock clock;

    /// Ends are followed by this when they are for good and the container is to be removed.
    private final Consumer<Cell> remover;

    /// Watches of removed containers, until their directories are cleared.
    private final Set<CompletableFuture<Void>> leaving = ConcurrentHashMap.newKeySet();

    private volatile boolean closing;

    Lifecycle(
            ContainerTable table,
            Events events,
            Launcher launcher,
            Releases releases,
            Places places,
            ContainerVolumes volumes,
            ContainerNetworks networks,
            String bootId,
            Clock clock,
            Consumer<Cell> remover) {
        this.table = table;
        this.events = events;
        this.launcher = launcher;
        this.releases = releases;
        this.places = places;
        this.volumes = volumes;
        this.networks = networks;
        this.bootId = bootId;
        this.clock = clock;
        this.remover = remover;
    }

    // start

    StartOutcome start(Cell cell) {
        cell.turn.lock();
        try {
            switch (cell.row.state()) {
                case ContainerState.Running _ -> {
                    return StartOutcome.ALREADY_RUNNING;
                }
                case ContainerState.Removing _ ->
                    throw new Conflict(what("start", cell), "it is being removed", "create a new one");
                case ContainerState.Dead(String why) ->
                    throw new Conflict(what("start", cell), why, "remove it and create it again");
                case ContainerState.Created _, ContainerState.Exited _, ContainerState.Restarting _ -> {}
            }
            cancelRestart(cell);
            cell.quickRuns = 0;
            launch(cell, 0);
            return StartOutcome.STARTED;
        } finally {
            cell.turn.unlock();
        }
    }

    /// A watch that waits for this container's start, made if there is none. The cell's turn is held.
    Task pending(Cell cell) {
        Task task = cell.task;
        if (task != null && !task.launched && !task.watch.gone().isDone()) {
            return task;
        }
        if (task != null) {
            retire(cell, task);
        }
        Task fresh = launcher.spawn(cell.id, cell.row.spec());
        cell.task = fresh;
        if (cell.rows > 0) {
            fresh.watch.resize(cell.rows, cell.columns);
        }
        return fresh;
    }

    /// The same before anybody asks, until [#letGo]. Empty when somebody did.
    Optional<Task> expected(Cell cell) {
        cell.turn.lock();
        try {
            if (cell.task != null || closing || !(cell.row.state() instanceof ContainerState.Created)) {
                return Optional.empty();
            }
            Task task = pending(cell);
            task.attachments++;
            return Optional.of(task);
        } finally {
            cell.turn.unlock();
        }
    }

    /// A watch that was made for an attachment alone goes with the last one.
    void letGo(Cell cell, Task task) {
        cell.turn.lock();
        try {
            task.attachments--;
            if (task.attachments == 0 && !task.launched && cell.task == task) {
                cell.task = null;
                task.watch.close();
                clear(task.directory);
            }
        } finally {
            cell.turn.unlock();
        }
    }

    /// A watch that is still leaving keeps its directory, and the next one gets another: [#listen] closes and clears
    /// once it has left, and not before, for then two watches would have one name.
    private void retire(Cell cell, Task task) {
        if (task.launched) {
            releases.await(task, cell.id.hex());
            if (!releases.awaitGone(task)) {
                throw new Unavailable(
                        what("start", cell),
                        "what its last run wrote is still on its way to the disk, and a root is mounted only once",
                        "look at the load of the disk, and start it again");
            }
        } else {
            task.watch.close();
            clear(task.directory);
        }
    }

    private void launch(Cell cell, int restarts) {
        Task task = null;
        try (Sources sources = volumes.open(cell.id, cell.row.spec())) {
            ContainerNetworks.Run run = networks.begin(cell.id, cell.row.name(), cell.row.spec());
            // The one waits for other processes, the other computes.
            var spawning = new FutureTask<>(() -> pending(cell));
            Thread.startVirtualThread(spawning);
            EncodedPlan plan;
            try {
                plan = foreseen(cell, sources, run).orElseGet(() -> launcher.plan(cell, sources, run));
            } catch (RuntimeException noPlan) {
                task = joinedAfter(noPlan, spawning);
                throw noPlan;
            }
            task = joined(spawning);
            switch (launcher.launch(cell, task, plan, run)) {
                case LaunchOutcome.Started started -> started(cell, task, started, restarts);
                case LaunchOutcome.Failed failed -> throw LaunchErrors.of(what("start", cell), plan.plan(), failed);
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
    private static Optional<EncodedPlan> foreseen(Cell cell, Sources sources, ContainerNetworks.Run run) {
        Foreseen ahead = cell.foreseen;
        cell.foreseen = null;
        if (ahead == null) {
            return Optional.empty();
        }
        try {
            EncodedPlan plan = joined(ahead.plan()); // also when it is not wanted: it writes files
            boolean fits = ahead.row() == cell.row && run == ContainerNetworks.Run.NOWHERE && sources.isEmpty();
            return fits ? Optional.of(plan) : Optional.empty();
        } catch (RuntimeException e) {
            return Optional.empty(); // it fails again, where somebody is told
        }
    }

    /// What failed first is told, whatever became of the other.
    static <T> @Nullable T joinedAfter(RuntimeException failure, FutureTask<T> other) {
        try {
            return joined(other);
        } catch (RuntimeException also) {
            failure.addSuppressed(also);
            return null;
        }
    }

    static <T> T joined(FutureTask<T> other) {
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return other.get();
                } catch (InterruptedException e) {
                    interrupted = true;
                } catch (ExecutionException e) {
                    throw e.getCause() instanceof RuntimeException known ? known : new IllegalStateException(e);
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private void started(Cell cell, Task task, LaunchOutcome.Started started, int restarts) {
        Instant now = clock.instant();
        var state = new ContainerState.Running((int) started.pid(), started.startTime(), now);
        Container.History told = cell.row.history();
        var history = new Container.History(Optional.of(now), told.exit(), restarts, false, "");
        volumes.tellMounted(cell.id, cell.row.spec());
        StoredContainer row = cell.row.started(bootId, task.directory.toString(), state, history);
        commit(cell, row, List.of(event(cell, "start", Map.of())), Durability.PROCESS);
        listen(cell, task);
    }

    private void failed(Cell cell, @Nullable Task task, RuntimeException e) {
        if (task != null) {
            cell.task = null;
            if (task.launched) {
                undo(cell, task);
                clearWhenGone(task);
            } else {
                task.watch.close();
                clear(task.directory);
            }
        }
        volumes.unmount(cell.id, cell.row.spec());
        networks.end(cell.id);
        if (cell.row.spec().autoRemove()) {
            removeSoon(cell); // once our turn is over
        }
        String words = e instanceof GantryException told ? told.what() + ": " + told.why() : e.toString();
        Container.History h = cell.row.history();
        commit(
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
        clearWhenGone(task);
    }

    /// Nobody waits for this watch to leave but the close of this engine: its container is removed.
    void leaveBehind(Watch watch, Path directory) {
        CompletableFuture<Void> cleared = watch.gone().thenRun(() -> {
            watch.close();
            clear(directory);
        });
        leaving.add(cleared);
        cleared.whenComplete((_, _) -> leaving.remove(cleared));
    }

    private void clearWhenGone(Task task) {
        // Only then: a watch that leaves removes its socket by name.
        task.watch.gone().thenRun(() -> {
            task.watch.close();
            if (!closing) {
                clear(task.directory);
            }
        });
    }

    // end

    private void ended(Cell cell, Task task, Exited exited) {
        untilDone("end", cell, () -> {
            if (cell.task == task && cell.row.state() instanceof ContainerState.Running) {
                settle(cell, new Exit(exited.code(), exited.outOfMemory(), exited.finishedAt(), ""));
            }
        });
    }

    /// The watch is gone and told nothing: its exit record decides, else nobody supervises the container any more.
    private void lost(Cell cell, Task task) {
        untilDone("loss", cell, () -> {
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

    /// Does `step` in the cell's turn. What fails, as on a full disk, is done again until it is done or the engine
    /// closes: nobody else would, and who waits for the end would wait for ever. The turn is free in between.
    private void untilDone(String what, Cell cell, Runnable step) {
        for (Duration pause = FIRST_PAUSE; ; pause = longer(pause)) {
            cell.turn.lock();
            try {
                step.run();
                return;
            } catch (RuntimeException e) {
                if (closing) {
                    return; // the next engine finds it
                }
                LOG.error("{} of container id={} not stored, tried again: {}", what, cell.id.shortHex(), e.toString());
            } finally {
                cell.turn.unlock();
            }
            try {
                Thread.sleep(pause);
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    /// Does `step`, which ends a run that has no watch any more; later if it fails now. The cell's turn is held.
    void nowOrLater(Cell cell, Runnable step) {
        ContainerState before = cell.row.state();
        try {
            step.run();
        } catch (RuntimeException e) {
            LOG.error("end of container id={} not stored, tried again: {}", cell.id.shortHex(), e.toString());
            Thread.startVirtualThread(() -> untilDone("end", cell, () -> {
                if (cell.task == null && cell.row.state().equals(before)) {
                    step.run();
                }
            }));
        }
    }

    private static Duration longer(Duration pause) {
        Duration next = pause.multipliedBy(2);
        return next.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : next;
    }

    void settleLost(Cell cell) {
        if (cell.row.state() instanceof ContainerState.Running running) {
            releases.killInit(running.pid(), running.startTime());
        }
        releases.release(cell.id.hex());
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
            told.add(event(cell, "oom", Map.of()));
        }
        told.add(event(
                cell,
                "die",
                Map.of("exitCode", Integer.toString(exit.code()), "execDuration", Long.toString(ran.toSeconds()))));
        commit(cell, row.with(next, history), told, Durability.PROCESS);
        volumes.unmount(cell.id, row.spec());
        networks.end(cell.id);
        // Only now: what could not be stored is settled again.
        cell.quickRuns = RestartPolicy.isGoodRun(ran) ? 0 : cell.quickRuns + 1;
        cell.tellEnd(exit, due.isEmpty());
        if (due.isPresent()) {
            restartAt(cell, due.get());
        } else if (row.spec().autoRemove() && cell.kept.get() == 0) {
            removeSoon(cell);
        }
    }

    private static void clear(Path directory) {
        try {
            Watches.clear(directory);
        } catch (GantryException e) {
            LOG.warn("watch directory left: {}", e.getMessage());
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

    /// The cell's turn is held.
    void restartAt(Cell cell, Instant due) {
        cell.restart = Thread.startVirtualThread(() -> {
            try {
                Thread.sleep(Duration.between(clock.instant(), due).plusMillis(1));
            } catch (InterruptedException e) {
                return;
            }
            if (!restartNow(cell)) {
                untilDone("failed restart", cell, () -> giveUp(cell));
            }
        });
    }

    /// False when it was to be started and could not.
    private boolean restartNow(Cell cell) {
        cell.turn.lock();
        try {
            if (closing
                    || cell.restart != Thread.currentThread()
                    || !(cell.row.state() instanceof ContainerState.Restarting)) {
                return true;
            }
            cell.restart = null;
            launch(cell, cell.row.history().restarts() + 1);
            return true;
        } catch (RuntimeException e) {
            LOG.warn("container id={} not restarted: {}", cell.id.shortHex(), e.toString());
            return false;
        } finally {
            cell.turn.unlock();
        }
    }

    /// The cell's turn is held. Another may have started or stopped it meanwhile.
    private void giveUp(Cell cell) {
        if (cell.restart == null && cell.row.state() instanceof ContainerState.Restarting again) {
            Container.History h = cell.row.history();
            commit(cell, cell.row.with(new ContainerState.Exited(again.last()), h), List.of(), Durability.PROCESS);
            cell.tellEnd(again.last(), true);
        }
    }

    void cancelRestart(Cell cell) {
        Thread waiting = cell.restart;
        cell.restart = null;
        if (waiting != null && waiting != Thread.currentThread()) {
            waiting.interrupt();
        }
    }

    // stop and kill

    StopOutcome stop(Cell cell, StopRequest how) {
        ExitWait end;
        cell.turn.lock();
        try {
            if (cell.row.state() instanceof ContainerState.Restarting again) {
                cancelRestart(cell);
                Exit last = again.last();
                commit(
                        cell,
                        cell.row.with(new ContainerState.Exited(last), stopped(cell)),
                        List.of(event(cell, "stop", Map.of())),
                        Durability.PROCESS);
                cell.tellEnd(last, true);
                return StopOutcome.STOPPED;
            }
            if (!(cell.row.state() instanceof ContainerState.Running)) {
                return StopOutcome.ALREADY_STOPPED;
            }
            end = cell.expect(WaitCondition.NEXT_EXIT);
            int signal = how.signal().orElse(stopSignal(cell));
            signalStopping(cell, signal);
        } finally {
            cell.turn.unlock();
        }
        Duration patience = how.timeout().orElse(stopTimeout(cell));
        boolean gently = end.within(patience.isNegative() ? Duration.ofDays(36_500) : patience)
                .isPresent();
        if (!gently) {
            killAndWait(cell, end);
        }
        events.publish(Event.Kind.CONTAINER, "stop", cell.id.hex(), attributes(cell, Map.of()));
        return gently ? StopOutcome.STOPPED : StopOutcome.KILLED;
    }

    /// The end in between removes nothing.
    void restart(Cell cell, StopRequest how) {
        cell.kept.incrementAndGet();
        try {
            stop(cell, how);
            start(cell);
        } finally {
            cell.kept.decrementAndGet();
        }
        events.publish(Event.Kind.CONTAINER, "restart", cell.id.hex(), attributes(cell, Map.of()));
    }

    /// Kills it if it runs, and waits for the end.
    void killAndWait(Cell cell, ExitWait end) {
        cell.turn.lock();
        try {
            if (cell.row.state() instanceof ContainerState.Running) {
                signalStopping(cell, Signals.KILL);
            }
        } finally {
            cell.turn.unlock();
        }
        if (end.within(KILL_TAKES).isEmpty()) {
            throw new Unavailable(
                    what("kill", cell),
                    "it has not ended within " + KILL_TAKES.toSeconds() + " s of SIGKILL",
                    "see whether its processes hang in the kernel");
        }
    }

    void kill(Cell cell, int signal) {
        cell.turn.lock();
        try {
            if (!(cell.row.state() instanceof ContainerState.Running)) {
                throw new Conflict(what("kill", cell), "it is not running", "start it first");
            }
            if (signal == Signals.KILL || signal == stopSignal(cell)) {
                signalStopping(cell, signal);
            } else {
                if (!send(cell, signal)) {
                    throw new Conflict(what("kill", cell), "it is not running", "start it first");
                }
                events.publish(Event.Kind.CONTAINER, "kill", cell.id.hex(), attributes(cell, signalled(signal)));
            }
        } finally {
            cell.turn.unlock();
        }
    }

    /// First the wish for an end is stored, so that no policy undoes it, then the signal is sent.
    private void signalStopping(Cell cell, int signal) {
        commit(cell, cell.row.with(stopped(cell)), List.of(event(cell, "kill", signalled(signal))), Durability.PROCESS);
        send(cell, signal);
    }

    /// False when there is nobody any more to get it.
    private boolean send(Cell cell, int signal) {
        Task task = cell.task;
        if (task == null) {
            return false; // it ended before this engine opened, and its end is still to be stored
        }
        try {
            task.watch.signal(signal);
            return true;
        } catch (Conflict | Unavailable e) {
            // It has ended in this moment, or its watch has: either is on its way to us, and settled after our turn.
            return false;
        }
    }

    private static Map<String, String> signalled(int signal) {
        return Map.of("signal", Integer.toString(signal));
    }

    static Container.History stopped(Cell cell) {
        Container.History h = cell.row.history();
        return new Container.History(h.startedAt(), h.exit(), h.restarts(), true, h.error());
    }

    private static int stopSignal(Cell cell) {
        String signal = cell.row.spec().stop().signal();
        return signal.isEmpty() ? Signals.TERM : Signals.parse(signal);
    }

    private static Duration stopTimeout(Cell cell) {
        int seconds = cell.row.spec().stop().timeoutSeconds();
        return seconds == ContainerSpec.Stop.DEFAULT ? DEFAULT_STOP : Duration.ofSeconds(seconds);
    }

    // rows and events

    void commit(Cell cell, StoredContainer row, List<EventDraft> told, Durability durability) {
        table.update(row, told, durability).await();
        cell.row = row;
    }

    /// Another spec from now on; a run that is under way has it as far as the caller has made it so.
    void respecify(Cell cell, ContainerSpec spec) {
        StoredContainer row = cell.row.respecified(spec);
        table.respecify(row, List.of(event(cell, "update", Map.of())), Durability.POWER)
                .await();
        cell.row = row;
    }

    EventDraft event(Cell cell, String action, Map<String, String> more) {
        return new EventDraft(clock.instant(), Event.Kind.CONTAINER, action, cell.id.hex(), attributes(cell, more));
    }

    private static Map<String, String> attributes(Cell cell, Map<String, String> more) {
        Map<String, String> all = new HashMap<>(cell.row.spec().labels());
        all.put("image", cell.row.spec().image());
        all.put("name", cell.row.name());
        all.putAll(more);
        return all;
    }

    static String what(String verb, Cell cell) {
        return verb + " container " + cell.row.name();
    }

    /// From now on the end of a connection is ours and says nothing of the container.
    void close() {
        closing = true;
        try {
            CompletableFuture.allOf(leaving.toArray(CompletableFuture[]::new))
                    .get(LEAVING_TAKES.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException e) {
            LOG.warn("watch directories left for the next engine: {}", e.toString());
        }
    }
}
