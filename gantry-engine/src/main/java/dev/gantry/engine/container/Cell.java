package dev.gantry.engine.container;

import dev.gantry.base.ContainerId;
import dev.gantry.images.snapshot.RootFs;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// One container in memory.
final class Cell {
    final ContainerId id;

    /// Orders what is done to this container: starts, ends, removal, changes of the row. It is held over I/O on
    /// purpose:
    /// it is the queue of this one container.
    final ReentrantLock turn = new ReentrantLock();

    /// As it is committed. Read by anybody, written under `turn`.
    volatile StoredContainer row;

    /// Guarded by `turn`, as is all down to `quickRuns`.
    @Nullable
    Task task;

    @Nullable
    RootFs root;

    /// While its files are used and it does not run.
    @Nullable
    HeldRoot held;

    /// Who uses its files through its run, which may have ended; null when nobody has.
    @Nullable
    RootUsers runUsers;

    /// See [Foresight].
    volatile @Nullable Foreseen foreseen;

    /// Variables of the start that is under way, which are kept nowhere.
    volatile List<String> unsaid = List.of();

    /// What the start that is under way begins with, instead of the program.
    @Nullable
    Restoration from;

    @Nullable
    Thread restart;

    int rows;
    int columns;

    /// Runs in a row that were too short to be good.
    int quickRuns;

    /// How many restarts are under way: while there is one, an end removes nothing.
    final AtomicInteger kept = new AtomicInteger();

    private record Waiting(WaitCondition condition, CompletableFuture<Exit> future) {}

    /// Guarded by itself.
    private final List<Waiting> waits = new ArrayList<>();

    Cell(StoredContainer row) {
        this.id = row.id();
        this.row = row;
    }

    /// As an error begins.
    String what(String verb) {
        return verb + " container " + row.name();
    }

    /// Who still copies files of it has its time, and no more; then it is as if nobody did. `turn` is held.
    void yieldRoot(String verb) {
        RootUsers ofRun = runUsers;
        if (ofRun != null) {
            ofRun.yield(what(verb));
            runUsers = null;
        }
        HeldRoot root = held;
        if (root != null) {
            root.yield(what(verb));
            held = null;
        }
    }

    /// `turn` is held.
    void cancelRestart() {
        Thread waiting = restart;
        restart = null;
        if (waiting != null && waiting != Thread.currentThread()) {
            waiting.interrupt();
        }
    }

    boolean isActive() {
        return row.state() instanceof ContainerState.Running || row.state() instanceof ContainerState.Restarting;
    }

    Exit lastExit() {
        return row.history().exit().orElse(new Exit(0, false, row.created(), ""));
    }

    ExitWait expect(WaitCondition condition) {
        var future = new CompletableFuture<Exit>();
        synchronized (waits) {
            // Under the same lock as `tell`, so that an end cannot pass between the look and the entry.
            if (condition == WaitCondition.NOT_RUNNING && !isActive()) {
                future.complete(lastExit());
            } else {
                waits.add(new Waiting(condition, future));
            }
        }
        return limit -> within(future, limit);
    }

    /// A run ended and this is committed; also when its policy starts it again, as in Docker.
    void tellEnd(Exit exit) {
        tell(exit, List.of(WaitCondition.NEXT_EXIT, WaitCondition.NOT_RUNNING));
    }

    void tellRemoved() {
        tell(lastExit(), List.of(WaitCondition.values()));
    }

    private void tell(Exit exit, List<WaitCondition> conditions) {
        List<Waiting> told;
        synchronized (waits) {
            told = waits.stream()
                    .filter(w -> conditions.contains(w.condition()))
                    .toList();
            waits.removeAll(told);
        }
        told.forEach(w -> w.future().complete(exit));
    }

    private static Optional<Exit> within(CompletableFuture<Exit> future, Duration limit) {
        try {
            boolean endless = limit.compareTo(Duration.ofDays(1000)) > 0;
            return Optional.of(endless ? future.get() : future.get(limit.toNanos(), TimeUnit.NANOSECONDS));
        } catch (TimeoutException e) {
            return Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        } catch (ExecutionException e) {
            throw new IllegalStateException("a wait for an exit cannot fail", e);
        }
    }
}
