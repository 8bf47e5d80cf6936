package dev.gantry.engine.container;

import dev.gantry.base.Unavailable;
import java.util.Optional;

/// The watches that wait for a start: made by the start itself, by who attaches before it, or by [Foresight].
final class Standby {
    private final Launcher launcher;
    private final Releases releases;

    private volatile boolean closed;

    Standby(Launcher launcher, Releases releases) {
        this.launcher = launcher;
        this.releases = releases;
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
            // A start that is only foreseen leaves the root to those who use the files.
            if (cell.task != null
                    || cell.held != null
                    || closed
                    || !(cell.row.state() instanceof ContainerState.Created)) {
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
                task.forget();
            }
        } finally {
            cell.turn.unlock();
        }
    }

    /// Nobody will start this container: the watch that waits for it goes, and no other is expected.
    void dismiss(Cell cell) {
        cell.turn.lock();
        try {
            Task task = cell.task;
            cell.row = cell.row.with(new ContainerState.Removing(), cell.row.history());
            if (task != null && !task.launched) {
                cell.task = null;
                task.forget();
            }
        } finally {
            cell.turn.unlock();
        }
    }

    /// Waits for the watch of the last run to leave; [Unavailable] when that takes too long. The cell's turn is held.
    void clear(Cell cell) {
        Task task = cell.task;
        if (task != null && task.launched) {
            retire(cell, task);
        }
    }

    /// A watch that is still leaving keeps its directory, and the next one gets another: [Departures] clears it once it
    /// has left, and not before, for then two watches would have one name.
    private void retire(Cell cell, Task task) {
        if (!task.launched) {
            task.forget();
            return;
        }
        releases.await(task, cell.id.hex());
        if (!releases.awaitGone(task)) {
            throw new Unavailable(
                    cell.what("start"),
                    "what its last run wrote is still on its way to the disk, and a root is mounted only once",
                    "look at the load of the disk, and start it again");
        }
    }

    /// Nothing is expected any more.
    void close() {
        closed = true;
    }
}
