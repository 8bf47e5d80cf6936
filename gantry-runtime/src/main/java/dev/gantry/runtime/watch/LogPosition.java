package dev.gantry.runtime.watch;

/// A place in a log: the generation grows with each rotation, the offset is in bytes within that generation's file.
public record LogPosition(long generation, long offset) {
    public static final LogPosition START = new LogPosition(0, 0);
}
