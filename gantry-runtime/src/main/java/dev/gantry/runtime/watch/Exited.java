package dev.gantry.runtime.watch;

import java.time.Instant;

/// The end of a container: its code (128+n for signal n), the signal (0: none), whether its group ran out of memory,
/// and how many log records were dropped because there was no space for them.
public record Exited(int code, int signal, boolean outOfMemory, Instant finishedAt, long droppedRecords) {}
