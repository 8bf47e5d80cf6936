package dev.gantry.images.registry;

import java.time.Duration;

/// How patient a client is. `attempts` counts failures in a row: progress starts the count again. A
/// pause doubles from `firstPause` up to `longestPause`; a `Retry-After` of the registry is obeyed up
/// to `longestPause` too.
public record Pace(
        int attempts, Duration firstPause, Duration longestPause, Duration connect, Duration answer, Duration idle) {
    public static final Pace DEFAULT = new Pace(
            5,
            Duration.ofMillis(500),
            Duration.ofSeconds(60),
            Duration.ofSeconds(15),
            Duration.ofSeconds(60),
            Duration.ofSeconds(60));

    /// Before the attempt after `failures` failures.
    Duration pause(int failures) {
        Duration pause = firstPause.multipliedBy(1L << Math.min(Math.max(failures - 1, 0), 20));
        return pause.compareTo(longestPause) > 0 ? longestPause : pause;
    }
}
