package dev.gantry.engine.container;

import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Steps that must be done, such as storing the end of a run. What fails, as on a full disk, is done again until it is
/// done or the engine closes: nobody else would, and who waits for the end would wait for ever.
final class Insistence {
    private static final Logger LOG = LoggerFactory.getLogger(Insistence.class);
    private static final Duration FIRST_PAUSE = Duration.ofMillis(50);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);

    private volatile boolean closed;

    /// Does `step` in the cell's turn, which is free between two attempts.
    void untilDone(String what, Cell cell, Runnable step) {
        for (Duration pause = FIRST_PAUSE; ; pause = longer(pause)) {
            cell.turn.lock();
            try {
                step.run();
                return;
            } catch (RuntimeException e) {
                if (closed) {
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

    void close() {
        closed = true;
    }
}
