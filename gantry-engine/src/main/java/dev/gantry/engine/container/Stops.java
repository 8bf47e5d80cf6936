package dev.gantry.engine.container;

import dev.gantry.base.Conflict;
import dev.gantry.base.Unavailable;
import dev.gantry.engine.container.ContainerTable.Durability;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/// Signals to what runs, and the waiting for the end they ask for.
final class Stops {
    private static final Duration KILL_TAKES = Duration.ofSeconds(20);
    private static final Duration DEFAULT_PATIENCE = Duration.ofSeconds(10);

    private final Rows rows;

    Stops(Rows rows) {
        this.rows = rows;
    }

    StopOutcome stop(Cell cell, StopRequest how) {
        ExitWait end;
        cell.turn.lock();
        try {
            if (cell.row.state() instanceof ContainerState.Restarting again) {
                cell.cancelRestart();
                Exit last = again.last();
                rows.commit(
                        cell,
                        cell.row.with(new ContainerState.Exited(last), stopped(cell)),
                        List.of(rows.event(cell, "stop", Map.of())),
                        Durability.PROCESS);
                cell.tellEnd(last);
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
        rows.tell(cell, "stop", Map.of());
        return gently ? StopOutcome.STOPPED : StopOutcome.KILLED;
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
                    cell.what("kill"),
                    "it has not ended within " + KILL_TAKES.toSeconds() + " s of SIGKILL",
                    "see whether its processes hang in the kernel");
        }
    }

    void kill(Cell cell, int signal) {
        cell.turn.lock();
        try {
            if (!(cell.row.state() instanceof ContainerState.Running)) {
                throw new Conflict(cell.what("kill"), "it is not running", "start it first");
            }
            if (signal == Signals.KILL || signal == stopSignal(cell)) {
                signalStopping(cell, signal);
            } else {
                if (!send(cell, signal)) {
                    throw new Conflict(cell.what("kill"), "it is not running", "start it first");
                }
                rows.tell(cell, "kill", signalled(signal));
                if (cell.row.spec().stop().signal().isEmpty()) {
                    goOn(cell);
                }
            }
        } finally {
            cell.turn.unlock();
        }
    }

    /// First the wish for an end is stored, so that no policy undoes it, then the signal is sent.
    private void signalStopping(Cell cell, int signal) {
        rows.commit(
                cell,
                cell.row.with(stopped(cell)),
                List.of(rows.event(cell, "kill", signalled(signal))),
                Durability.PROCESS);
        send(cell, signal);
        goOn(cell);
    }

    /// Nobody dies of a signal while standing still.
    private void goOn(Cell cell) {
        Task task = cell.task;
        if (task == null || !(cell.row.state() instanceof ContainerState.Running running) || !running.paused()) {
            return;
        }
        try {
            task.watch.unpause();
        } catch (Unavailable ended) {
            return; // as in [#send]
        }
        rows.paused(cell, false);
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

    private static Container.History stopped(Cell cell) {
        Container.History h = cell.row.history();
        return new Container.History(h.startedAt(), h.exit(), h.restarts(), true, h.error());
    }

    private static int stopSignal(Cell cell) {
        String signal = cell.row.spec().stop().signal();
        return signal.isEmpty() ? Signals.TERM : Signals.parse(signal);
    }

    private static Duration stopTimeout(Cell cell) {
        int seconds = cell.row.spec().stop().timeoutSeconds();
        return seconds == ContainerSpec.Stop.DEFAULT ? DEFAULT_PATIENCE : Duration.ofSeconds(seconds);
    }
}
