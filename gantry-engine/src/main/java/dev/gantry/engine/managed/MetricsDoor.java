package dev.gantry.engine.managed;

import java.io.IOException;
import java.nio.file.Path;

/// Who serves `GET /metrics` to plugins: the engine counts, and has no server of its own.
@FunctionalInterface
public interface MetricsDoor {
    /// Listens at a Unix socket, whose name is free, until it is closed.
    AutoCloseable open(Path socket) throws IOException;
}
