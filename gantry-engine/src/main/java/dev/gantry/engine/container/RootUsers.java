package dev.gantry.engine.container;

import dev.gantry.base.Unavailable;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.Set;

/// Who uses one mounted root of a container. An overlay is mounted at most once: whoever mounts it again waits for them
/// first.
final class RootUsers {
    private static final Duration THEIR_TURN = Duration.ofSeconds(10);
    private static final Duration A_CUT_TAKES = Duration.ofSeconds(5);

    private final Duration turn;
    private final Duration cutTakes;

    /// Guarded by this.
    private final Set<OpenRoot> all = new LinkedHashSet<>();

    RootUsers() {
        this(THEIR_TURN, A_CUT_TAKES);
    }

    RootUsers(Duration turn, Duration cutTakes) {
        this.turn = turn;
        this.cutTakes = cutTakes;
    }

    synchronized void add(OpenRoot user) {
        all.add(user);
    }

    /// True when it was the last.
    synchronized boolean remove(OpenRoot user) {
        boolean was = all.remove(user);
        notifyAll();
        return was && all.isEmpty();
    }

    /// Returns when there are none. `what` is to be done then.
    synchronized void await(String what) {
        await(turn);
        if (!all.isEmpty()) {
            throw new Unavailable(what, "files that its last run left open are still being copied", "ask again later");
        }
    }

    /// The same, but cuts those who take too long.
    synchronized void yield(String what) {
        await(turn);
        all.forEach(OpenRoot::cut);
        await(cutTakes);
        if (!all.isEmpty()) {
            throw new Unavailable(
                    what, "its files are being copied, and that does not end", "see whether its volumes answer");
        }
    }

    private void await(Duration limit) {
        long deadline = System.nanoTime() + limit.toNanos();
        long left = limit.toMillis();
        while (!all.isEmpty() && left > 0) {
            try {
                wait(left);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
            left = (deadline - System.nanoTime()) / 1_000_000;
        }
    }
}
