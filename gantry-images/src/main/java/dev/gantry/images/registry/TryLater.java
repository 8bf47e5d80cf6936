package dev.gantry.images.registry;

import java.io.IOException;
import java.time.Duration;

/// The registry asks for patience: an overload, a rate limit, a restart. `after` is zero when it does
/// not say how long.
final class TryLater extends IOException {
    private final transient Duration after;

    TryLater(String message, Duration after) {
        super(message);
        this.after = after;
    }

    Duration after() {
        return after;
    }
}
