package dev.gantry.volume;

import dev.gantry.linux.DirectoryCalls;
import dev.gantry.linux.Errno;
import dev.gantry.linux.Fd;
import dev.gantry.linux.FileType;
import dev.gantry.linux.Linux;
import dev.gantry.linux.LinuxError;
import dev.gantry.linux.OpenFlags;
import dev.gantry.linux.Resolve;
import dev.gantry.linux.SlowCalls;
import dev.gantry.linux.Stat;
import java.util.HashSet;
import java.util.Set;

/// The blocks of a tree, files with several names once. What changes while it is measured is measured as
/// it is met.
final class TreeSize {
    private static final int DIRECTORY = OpenFlags.READ | OpenFlags.DIRECTORY | OpenFlags.NO_FOLLOW;
    private static final long BLOCK = 512;

    private final Linux linux;
    private final SlowCalls.Progress progress;
    private final Set<Long> seen = new HashSet<>();

    private TreeSize(Linux linux, SlowCalls.Progress progress) {
        this.linux = linux;
        this.progress = progress;
    }

    static long of(Linux linux, Fd directory, SlowCalls.Progress progress) {
        try (Fd again = linux.files().open(directory, ".", DIRECTORY, 0, Resolve.PLAIN)) {
            return new TreeSize(linux, progress).children(again);
        }
    }

    private long children(Fd directory) {
        long bytes = linux.attributes().stat(directory).blocks512() * BLOCK;
        for (DirectoryCalls.Entry entry : linux.directories().entries(directory)) {
            try {
                bytes += one(directory, entry.name());
            } catch (LinuxError e) {
                if (!e.is(Errno.ENOENT, Errno.EXDEV, Errno.ENOTDIR)) {
                    throw e;
                }
            }
        }
        return bytes;
    }

    private long one(Fd directory, String name) {
        progress.made();
        Stat stat = linux.attributes().stat(directory, name);
        if (stat.type() == FileType.DIRECTORY) {
            try (Fd below = linux.files().open(directory, name, DIRECTORY, 0, Resolve.PLAIN)) {
                return children(below);
            }
        }
        return stat.links() > 1 && !seen.add(stat.inode()) ? 0 : stat.blocks512() * BLOCK;
    }
}
