package dev.gantry.images.layer;

import dev.gantry.linux.DirectoryCalls;
import dev.gantry.linux.Fd;
import dev.gantry.linux.FileType;
import dev.gantry.linux.Linux;
import dev.gantry.linux.OpenFlags;
import dev.gantry.linux.Resolve;
import dev.gantry.linux.Stat;
import java.time.Instant;

/// Files of a tree that is about to become a layer.
public final class WrittenFiles {
    private static final int DIRECTORY = OpenFlags.READ | OpenFlags.DIRECTORY | OpenFlags.NO_FOLLOW;

    private final Linux linux;
    private final Instant since;
    private final Instant time;
    private long bytes;

    private WrittenFiles(Linux linux, Instant since, Instant time) {
        this.linux = linux;
        this.since = since;
        this.time = time;
    }

    /// Gives what was written since `since` the time `time`. Returns the bytes of all files.
    public static long settle(Linux linux, Fd root, Instant since, Instant time) {
        var files = new WrittenFiles(linux, since, time);
        files.below(root);
        return files.bytes;
    }

    private void below(Fd directory) {
        for (DirectoryCalls.Entry entry : linux.directories().entries(directory)) {
            Stat stat = linux.attributes().stat(directory, entry.name());
            if (stat.isWhiteout()) {
                continue;
            }
            if (stat.type() == FileType.DIRECTORY) {
                try (Fd below = linux.files().open(directory, entry.name(), DIRECTORY, 0, Resolve.PLAIN)) {
                    below(below);
                }
            } else if (stat.type() == FileType.REGULAR) {
                bytes += stat.size();
            }
            if (!stat.modified().isBefore(since)) {
                linux.attributes().times(directory, entry.name(), time, time);
            }
        }
    }
}
