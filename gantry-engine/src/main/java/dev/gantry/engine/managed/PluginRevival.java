package dev.gantry.engine.managed;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// When a plugin that ended by itself is started again: after pauses that grow until a run was good. All of it is done
/// in the turn of the plugin.
final class PluginRevival {
    private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);
    private static final Duration GOOD_RUN = Duration.ofSeconds(10);

    private final Runnable start;
    private @Nullable Thread waiting;
    private Duration pause = FIRST_PAUSE;

    /// @param start called on a thread of its own; it asks [#isDue] in the turn
    PluginRevival(Runnable start) {
        this.start = start;
    }

    void now() {
        later(Duration.ZERO);
    }

    /// After a run that took so long.
    void after(Duration run) {
        if (run.compareTo(GOOD_RUN) > 0) {
            reset();
        }
        later(pause);
        Duration next = pause.multipliedBy(2);
        pause = next.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : next;
    }

    /// A run is good.
    void reset() {
        pause = FIRST_PAUSE;
    }

    private void later(Duration after) {
        waiting = Thread.startVirtualThread(() -> {
            try {
                Thread.sleep(after);
            } catch (InterruptedException e) {
                return;
            }
            start.run();
        });
    }

    /// Whether this thread is the one that is to start it. True once.
    boolean isDue() {
        if (waiting != Thread.currentThread()) {
            return false;
        }
        waiting = null;
        return true;
    }

    void cancel() {
        Thread thread = waiting;
        waiting = null;
        if (thread != null) {
            thread.interrupt();
        }
    }
}
