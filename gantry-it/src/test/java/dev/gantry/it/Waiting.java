package dev.gantry.it;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/// Waits for a condition with a deadline; never simply for time to pass.
final class Waiting {
    private Waiting() {}

    static void until(Duration limit, Supplier<String> what, BooleanSupplier condition) {
        Instant deadline = Instant.now().plus(limit);
        while (!condition.getAsBoolean()) {
            if (Instant.now().isAfter(deadline)) {
                throw new AssertionError("still not after " + limit + ": " + what.get());
            }
            pause();
        }
    }

    /// Between two looks at a condition.
    static void pause() {
        LockSupport.parkNanos(5_000_000);
    }
}
