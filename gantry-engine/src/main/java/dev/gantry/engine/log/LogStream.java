package dev.gantry.engine.log;

import java.util.Optional;

/// Records in the order they were written. Closing from another thread ends a waiting `next`.
public interface LogStream extends AutoCloseable {
    /// The next record; empty at the end. With `follow` it waits, and ends when the container's run does.
    Optional<LogRecord> next();

    @Override
    void close();
}
