package dev.gantry.engine.log;

import java.time.Instant;

/// One record as it was written: a line with its newline, or a part of a long one.
public record LogRecord(Stream stream, Instant time, String timeText, byte[] bytes) {
    public enum Stream {
        STDOUT,
        STDERR
    }
}
