package dev.gantry.runtime.watch;

import java.util.Optional;

/// What an attachment wants. `lossless` makes the container wait while this attachment's queue is full;
/// without it a slow attachment is cut. With `replayFrom` what the log holds from there on comes first.
public record AttachOptions(
        boolean stdin,
        boolean stdout,
        boolean stderr,
        boolean lossless,
        Optional<LogPosition> replayFrom,
        int queueBytes) {
    private static final int STDIN = 1;
    private static final int STDOUT = 2;
    private static final int STDERR = 4;
    private static final int LOSSLESS = 8;
    private static final int REPLAY = 16;

    /// Both streams, no input, the watch's own limit.
    public static AttachOptions output() {
        return new AttachOptions(false, true, true, false, Optional.empty(), 0);
    }

    public AttachOptions withStdin() {
        return new AttachOptions(true, stdout, stderr, lossless, replayFrom, queueBytes);
    }

    public AttachOptions withLossless() {
        return new AttachOptions(stdin, stdout, stderr, true, replayFrom, queueBytes);
    }

    public AttachOptions withReplayFrom(LogPosition position) {
        return new AttachOptions(stdin, stdout, stderr, lossless, Optional.of(position), queueBytes);
    }

    public AttachOptions withQueueBytes(int bytes) {
        return new AttachOptions(stdin, stdout, stderr, lossless, replayFrom, bytes);
    }

    int flags() {
        return (stdin ? STDIN : 0)
                | (stdout ? STDOUT : 0)
                | (stderr ? STDERR : 0)
                | (lossless ? LOSSLESS : 0)
                | (replayFrom.isPresent() ? REPLAY : 0);
    }
}
