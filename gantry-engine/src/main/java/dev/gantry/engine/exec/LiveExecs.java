package dev.gantry.engine.exec;

import dev.gantry.base.Conflict;
import dev.gantry.base.ContainerId;
import dev.gantry.base.GantryException;
import dev.gantry.base.NotFound;
import dev.gantry.engine.container.AttachRequest;
import dev.gantry.engine.container.Attachment;
import dev.gantry.engine.container.LaunchErrors;
import dev.gantry.engine.container.LaunchFailure;
import dev.gantry.engine.container.Running;
import dev.gantry.engine.container.WatchAttachment;
import dev.gantry.engine.event.Event;
import dev.gantry.engine.event.Events;
import dev.gantry.runtime.plan.LaunchPlan;
import dev.gantry.runtime.plan.PlanCodec;
import dev.gantry.runtime.watch.Exited;
import dev.gantry.runtime.watch.LaunchOutcome;
import dev.gantry.runtime.watch.Watch;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Execs, each under a watch of its own.
public final class LiveExecs implements Execs, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LiveExecs.class);
    private static final Duration REMEMBERED = Duration.ofMinutes(5);
    private static final int KILLED = 137;
    private static final Duration KILL_TAKES = Duration.ofSeconds(10);
    private static final Duration LAST_BYTES = Duration.ofSeconds(2);

    private final Function<ContainerId, Running> containers;
    private final Predicate<ContainerId> runs;
    private final ExecLauncher launcher;
    private final Events events;
    private final Clock clock;
    private final RandomGenerator random;
    private final Map<ContainerId, ExecCell> cells = new ConcurrentHashMap<>();
    private volatile boolean closing;

    public LiveExecs(
            Function<ContainerId, Running> containers,
            Predicate<ContainerId> runs,
            ExecLauncher launcher,
            Events events,
            Clock clock,
            RandomGenerator random) {
        this.containers = containers;
        this.runs = runs;
        this.launcher = launcher;
        this.events = events;
        this.clock = clock;
        this.random = random;
    }

    @Override
    public Exec create(ContainerId container, ExecSpec spec) {
        forgetOld();
        Running running = containers.apply(container);
        var cell = new ExecCell(new Exec(ContainerId.random(random), container, spec, new Exec.State.Created()));
        cells.put(cell.id, cell);
        publish(named("exec_create", spec), cell, running, Map.of());
        return cell.exec;
    }

    @Override
    public Exec find(String id) {
        return need(id).exec;
    }

    private ExecCell need(String id) {
        ExecCell cell = id.matches("[0-9a-f]{64}") ? cells.get(new ContainerId(id)) : null;
        if (cell == null || isOld(cell)) {
            throw new NotFound("find exec " + id, "there is none of this id", "create it again");
        }
        return cell;
    }

    @Override
    public List<Exec> of(ContainerId container) {
        forgetOld();
        return cells.values().stream()
                .map(c -> c.exec)
                .filter(e -> e.container().equals(container))
                .toList();
    }

    @Override
    public Attachment start(ContainerId exec, AttachRequest what, int rows, int columns) {
        ExecCell cell = begin(exec);
        Watch watch = null;
        Attachment attachment = null;
        try {
            Running container = containers.apply(cell.exec.container());
            Path directory = launcher.directory(exec);
            watch = launcher.watch(directory, container.id());
            attachment = new WatchAttachment(
                    watch.attach(WatchAttachment.options(
                            what, what.stdin() && cell.exec.spec().openStdin(), directory)),
                    cell.exec.spec().tty(),
                    () -> {});
            launch(cell, container, directory, watch, launcher.plan(container, cell.exec.spec(), rows, columns));
            return attachment;
        } catch (RuntimeException e) {
            if (attachment != null) {
                attachment.close();
            }
            throw failed(cell, watch, e);
        }
    }

    @Override
    public void startDetached(ContainerId exec, int rows, int columns) {
        ExecCell cell = begin(exec);
        Watch watch = null;
        try {
            Running container = containers.apply(cell.exec.container());
            Path directory = launcher.directory(exec);
            watch = launcher.watch(directory, container.id());
            launch(cell, container, directory, watch, launcher.plan(container, cell.exec.spec(), rows, columns));
        } catch (RuntimeException e) {
            throw failed(cell, watch, e);
        }
    }

    @Override
    public Ended run(ContainerId container, ExecSpec spec, Duration limit, int outputBytes)
            throws InterruptedException {
        Running running = containers.apply(container);
        var cell = new ExecCell(new Exec(ContainerId.random(random), container, spec, new Exec.State.Created()));
        cell.begun.set(true);
        cells.put(cell.id, cell);
        Watch watch = null;
        try {
            tell(named("exec_create", spec), cell, running, Map.of());
            Path directory = launcher.directory(cell.id);
            watch = launcher.watch(directory, container);
            var attachment = new WatchAttachment(
                    watch.attach(WatchAttachment.options(AttachRequest.OUTPUT, false, directory)), false, () -> {});
            try (attachment) {
                launch(cell, running, directory, watch, launcher.tied(running, spec, cell.id));
                return ended(cell, running, watch, attachment, limit, outputBytes);
            }
        } catch (GantryException e) {
            if (watch != null && Thread.currentThread().isInterrupted()) {
                killApart(running, cell.id, watch); // it may be on its way
            }
            throw cell.exec.state() instanceof Exec.State.Created ? failed(cell, watch, e) : e;
        } finally {
            cells.remove(cell.id);
        }
    }

    /// On a thread of its own: ours is interrupted, and would be told nothing.
    private void killApart(Running running, ContainerId id, Watch watch) {
        Thread killing = Thread.startVirtualThread(() -> {
            try {
                launcher.kill(running, id, watch);
            } catch (GantryException e) {
                LOG.debug("exec id={} not killed: {}", id.shortHex(), e.toString());
            }
        });
        boolean interrupted = false;
        while (killing.isAlive()) {
            try {
                killing.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private Ended ended(
            ExecCell cell, Running running, Watch watch, Attachment attachment, Duration limit, int outputBytes)
            throws InterruptedException {
        var output = new BoundedOutput(outputBytes);
        Thread reader = Thread.startVirtualThread(() -> {
            try {
                attachment.pump(output);
            } catch (IOException e) {
                LOG.debug("output of exec id={} cut: {}", cell.id.shortHex(), e.toString());
            }
        });
        boolean inTime = false;
        try {
            inTime = ends(cell, limit);
        } finally {
            if (!inTime) {
                launcher.kill(running, cell.id, watch);
            }
        }
        if (!inTime && !ends(cell, KILL_TAKES)) {
            return new Ended(KILLED, false, output.text());
        }
        reader.join(LAST_BYTES);
        return new Ended(cell.code.join(), inTime, output.text());
    }

    private static boolean ends(ExecCell cell, Duration limit) throws InterruptedException {
        try {
            cell.code.get(limit.toNanos(), TimeUnit.NANOSECONDS);
            return true;
        } catch (TimeoutException e) {
            return false;
        } catch (ExecutionException e) {
            throw new IllegalStateException("the end of an exec is never a failure", e);
        }
    }

    private ExecCell begin(ContainerId id) {
        ExecCell cell = need(id.hex());
        if (!cell.begun.compareAndSet(false, true)) {
            throw new Conflict("start exec " + id.shortHex(), "it was started before", "create another one");
        }
        return cell;
    }

    private void launch(ExecCell cell, Running container, Path directory, Watch watch, LaunchPlan plan) {
        tell(named("exec_start", cell.exec.spec()), cell, container, Map.of());
        switch (watch.launch(PlanCodec.encode(plan))) {
            case LaunchOutcome.Failed f -> throw LaunchErrors.of("exec in container " + container.name(), plan, f);
            case LaunchOutcome.Started s -> {
                cell.watch = watch;
                cell.to(new Exec.State.Running((int) s.pid(), s.startTime()));
            }
        }
        watch.exited().whenComplete((exited, _) -> {
            // Not when it is this engine that goes.
            if (exited != null || !closing) {
                Thread.startVirtualThread(() -> ended(cell, container, exited));
            }
        });
        watch.gone().thenRun(() -> launcher.clear(directory, watch));
    }

    private void ended(ExecCell cell, Running container, @Nullable Exited exited) {
        int code = exited == null ? KILLED : exited.code();
        int pid = cell.exec.state() instanceof Exec.State.Running r ? r.pid() : 0;
        cell.endedAt = clock.instant();
        cell.to(new Exec.State.Exited(pid, code));
        tell("exec_die", cell, container, Map.of("exitCode", Integer.toString(code)));
        cell.code.complete(code);
    }

    private RuntimeException failed(ExecCell cell, @Nullable Watch watch, RuntimeException e) {
        int code = e.getCause() instanceof LaunchFailure f && f.errno().equals("ENOENT") ? 127 : 126;
        cell.endedAt = clock.instant();
        cell.to(new Exec.State.Exited(0, code));
        cell.code.complete(code);
        if (watch != null) {
            launcher.clear(launcher.directory(cell.id), watch);
        }
        return e;
    }

    @Override
    public void resize(ContainerId exec, int rows, int columns) {
        Watch watch = need(exec.hex()).watch;
        if (watch == null) {
            throw new Conflict("resize exec " + exec.shortHex(), "it is not running", "start it first");
        }
        watch.resize(rows, columns);
    }

    @Override
    public OptionalInt await(ContainerId exec, Duration limit) {
        try {
            return OptionalInt.of(need(exec.hex()).code.get(limit.toMillis(), TimeUnit.MILLISECONDS));
        } catch (TimeoutException e) {
            return OptionalInt.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return OptionalInt.empty();
        } catch (ExecutionException e) {
            throw new IllegalStateException("the end of an exec is never a failure", e);
        }
    }

    private void forgetOld() {
        cells.values().removeIf(this::isOld);
    }

    /// Nobody asks for it any more, or nothing can come of it.
    private boolean isOld(ExecCell cell) {
        Instant ended = cell.endedAt;
        if (ended != null) {
            return ended.isBefore(clock.instant().minus(REMEMBERED));
        }
        return !cell.begun.get() && !runs.test(cell.exec.container());
    }

    /// Of what has happened already, and is not undone when the event cannot be stored.
    private void tell(String action, ExecCell cell, Running container, Map<String, String> more) {
        try {
            publish(action, cell, container, more);
        } catch (RuntimeException e) {
            LOG.warn("event {} of exec id={} lost: {}", action, cell.id.shortHex(), e.toString());
        }
    }

    /// The command follows as Docker has it: the first word, a blank, the others.
    private static String named(String action, ExecSpec spec) {
        List<String> words = spec.args();
        return action + ": " + words.getFirst() + " " + String.join(" ", words.subList(1, words.size()));
    }

    private void publish(String action, ExecCell cell, Running container, Map<String, String> more) {
        Map<String, String> attributes = new HashMap<>(container.attributes());
        attributes.putAll(more);
        attributes.put("execID", cell.id.hex());
        events.publish(Event.Kind.CONTAINER, action, cell.exec.container().hex(), attributes);
    }

    @Override
    public void close() {
        closing = true;
        for (ExecCell cell : cells.values()) {
            Watch watch = cell.watch;
            if (watch != null) {
                watch.close();
            }
        }
    }
}
