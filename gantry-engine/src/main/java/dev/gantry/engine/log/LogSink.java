package dev.gantry.engine.log;

import java.io.IOException;

/// The way of one container's records to a place. Used by one thread at a time; closed by any. After an exception it is
/// closed, and another one gets everything from the last [#flush] on that returned.
public interface LogSink extends AutoCloseable {
    void write(LogRecord log) throws IOException;

    /// On return what was written need not be written again should this engine die.
    void flush() throws IOException;

    @Override
    void close();
}
