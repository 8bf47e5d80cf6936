package dev.gantry.volume;

import dev.gantry.linux.SlowCalls;
import java.time.Duration;
import java.util.function.Consumer;
import java.util.function.Function;

/// Work with the files of volumes that somebody else may serve: over a network, by FUSE. What is a directory of the
/// store is worked with at once.
final class Slow {
    /// For one call, or between two of a longer work.
    static final Duration ANSWER = Duration.ofSeconds(30);

    /// A server may be far.
    static final Duration MOUNT = Duration.ofSeconds(60);

    /// Of who only wants to know how large a volume is.
    static final Duration LOOK = Duration.ofSeconds(5);

    private static final int AT_MOST = 32;

    private final SlowCalls calls = new SlowCalls(AT_MOST);

    <T> T call(String what, Volume v, Duration patience, Function<SlowCalls.Progress, T> work, Consumer<T> late) {
        return v.isLocal() && LocalOptions.parse(v.options()).isInStore()
                ? work.apply(SlowCalls.Progress.FREE)
                : calls.call(what, "volume " + v.name(), patience, work, late);
    }

    <T> T call(String what, String subject, Duration patience, Function<SlowCalls.Progress, T> work) {
        return calls.call(what, subject, patience, work);
    }
}
