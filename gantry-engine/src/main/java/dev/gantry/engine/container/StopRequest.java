package dev.gantry.engine.container;

import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// How to stop; what is not said here is as the container's spec says.
public final class StopRequest {
    public static final StopRequest DEFAULT = new StopRequest(0, null);

    private final int signal;
    private final @Nullable Duration timeout;

    private StopRequest(int signal, @Nullable Duration timeout) {
        this.signal = signal;
        this.timeout = timeout;
    }

    public StopRequest signal(int number) {
        return new StopRequest(number, timeout);
    }

    /// A negative one waits for ever, zero kills at once.
    public StopRequest timeout(Duration limit) {
        return new StopRequest(signal, limit);
    }

    Optional<Integer> signal() {
        return signal == 0 ? Optional.empty() : Optional.of(signal);
    }

    Optional<Duration> timeout() {
        return Optional.ofNullable(timeout);
    }
}
