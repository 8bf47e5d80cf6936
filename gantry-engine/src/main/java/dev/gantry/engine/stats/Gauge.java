package dev.gantry.engine.stats;

import java.io.IOException;

/// Reads one run of a container until it is closed.
interface Gauge extends AutoCloseable {
    /// Fails when the run has ended.
    Sample read() throws IOException;

    @Override
    void close();
}
