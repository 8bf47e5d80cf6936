package dev.gantry.engine.stats;

import dev.gantry.base.ContainerId;
import java.util.Optional;

/// What containers use. However many watch a container, it is read once in each interval.
public interface Stats {
    /// Now; empty when it does not run.
    Optional<Sample> read(ContainerId id);

    /// From now on, beginning with a reading at once, until closed.
    Watching watch(ContainerId id);

    /// Not for use by many threads.
    interface Watching extends AutoCloseable {
        /// Waits for the next reading; empty when the container was removed, or the engine closes.
        Optional<Reading> next();

        @Override
        void close();
    }
}
