package dev.gantry.engine.container;

import dev.gantry.base.Conflict;
import dev.gantry.base.GantryException;
import dev.gantry.base.Unavailable;
import dev.gantry.base.Unsupported;
import java.time.Duration;

/// Containers that stand still until somebody lets them go on. Their watches keep them so, whatever becomes of this
/// engine.
final class Pauses {
    private static final Duration STILL_TAKES = Duration.ofSeconds(10);

    private final Rows rows;
    private final Freezer freezer;

    Pauses(Rows rows, Freezer freezer) {
        this.rows = rows;
        this.freezer = freezer;
    }

    /// Returns when all its processes are still and this is stored.
    void pause(Cell cell) {
        String what = cell.what("pause");
        cell.turn.lock();
        try {
            Task task = cell.task;
            if (!(cell.row.state() instanceof ContainerState.Running running) || task == null) {
                throw notRunning(what);
            }
            if (running.paused()) {
                throw new Conflict(what, "it is paused already", "unpause it first");
            }
            if (!begin(task, what)) {
                throw notRunning(what);
            }
            try {
                awaitStill(cell, what);
                rows.paused(cell, true);
            } catch (GantryException e) {
                goOn(task, e);
                throw e;
            }
        } finally {
            cell.turn.unlock();
        }
    }

    private static boolean begin(Task task, String what) {
        try {
            return task.watch.pause();
        } catch (Unsupported e) {
            throw new Unsupported(what, "it has no control group that can be frozen", "stop it instead", e);
        }
    }

    private static Conflict notRunning(String what) {
        return new Conflict(what, "it is not running", "start it first");
    }

    private void awaitStill(Cell cell, String what) {
        long deadline = System.nanoTime() + STILL_TAKES.toNanos();
        freezer.await(cell.id.hex(), () -> {
            if (System.nanoTime() > deadline) {
                throw new Unavailable(
                        what,
                        "its processes are not still after " + STILL_TAKES.toSeconds() + " s",
                        "see whether one hangs in the kernel, and pause it again");
            }
        });
    }

    private static void goOn(Task task, GantryException failure) {
        try {
            task.watch.unpause();
        } catch (GantryException also) {
            failure.addSuppressed(also);
        }
    }

    void unpause(Cell cell) {
        cell.turn.lock();
        try {
            Task task = cell.task;
            if (!(cell.row.state() instanceof ContainerState.Running running) || !running.paused() || task == null) {
                throw new Conflict(cell.what("unpause"), "it is not paused", "leave it as it is");
            }
            task.watch.unpause();
            rows.paused(cell, false);
        } finally {
            cell.turn.unlock();
        }
    }
}
