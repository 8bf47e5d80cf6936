package dev.gantry.build.solve;

import dev.gantry.build.graph.Vertex;
import java.time.Instant;

/// What happens to a vertex in one build.
public sealed interface Event {
    Vertex vertex();

    Instant at();

    record Started(Vertex vertex, Instant at) implements Event {}

    /// What it makes was known.
    record Cached(Vertex vertex, Instant at) implements Event {}

    /// @param stream 1 or 2, as a program has them
    record Log(Vertex vertex, Instant at, int stream, byte[] bytes) implements Event {}

    record Done(Vertex vertex, Instant at) implements Event {}

    record Failed(Vertex vertex, Instant at, String words) implements Event {}

    /// Hears of them from any thread, one at a time. What it throws ends its own build alone.
    @FunctionalInterface
    interface Listener {
        void on(Event event);
    }
}
