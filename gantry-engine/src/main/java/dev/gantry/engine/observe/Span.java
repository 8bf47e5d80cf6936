package dev.gantry.engine.observe;

import java.time.Instant;
import java.util.Map;

/// Something that was done, as a trace tells it.
///
/// @param parent where it was done
/// @param serves it answers a caller in another process
/// @param failure in words; empty when it succeeded
public record Span(
        Trace at,
        Trace parent,
        String name,
        boolean serves,
        Instant begun,
        long nanos,
        String failure,
        Map<String, String> attributes) {
    public Span {
        attributes = Map.copyOf(attributes);
    }
}
