package dev.gantry.build.shelf;

import dev.gantry.linux.DirectoryCalls;
import dev.gantry.linux.Errno;
import dev.gantry.linux.Fd;
import dev.gantry.linux.FileType;
import dev.gantry.linux.Linux;
import dev.gantry.linux.LinuxError;
import dev.gantry.linux.OpenFlags;
import dev.gantry.linux.Resolve;
import dev.gantry.linux.Stat;
import java.util.HashSet;
import java.util.Set;

/// What a tree takes of the disk.
public final class TreeSize {
    private static final int DIRECTORY = OpenFlags.READ | OpenFlags.DIRECTORY | OpenFlags.NO_FOLLOW;
    private static final int DEEPEST = 512;
    private static final long BLOCK = 512;

    private final Linux linux;
    private final Set<Long> seen = new HashSet<>();

    private TreeSize(Linux linux) {
        this.linux = linux;
    }

    /// Each file once, however many names it has. What goes away meanwhile does not count.
    public static long of(Linux linux, Fd parent, String name) {
        return new TreeSize(linux).of(parent, name, 0);
    }

    private long of(Fd parent, String name, int depth) {
        try {
            Stat stat = linux.attributes().stat(parent, name);
            if (stat.type() != FileType.DIRECTORY) {
                return stat.links() > 1 && !seen.add(stat.inode()) ? 0 : stat.blocks512() * BLOCK;
            }
            long bytes = stat.blocks512() * BLOCK;
            if (depth < DEEPEST) {
                try (Fd directory = linux.files().open(parent, name, DIRECTORY, 0, Resolve.PLAIN)) {
                    for (DirectoryCalls.Entry entry : linux.directories().entries(directory)) {
                        bytes += of(directory, entry.name(), depth + 1);
                    }
                }
            }
            return bytes;
        } catch (LinuxError e) {
            if (e.is(Errno.ENOENT, Errno.ENOTDIR, Errno.ELOOP, Errno.EXDEV)) {
                return 0;
            }
            throw e;
        }
    }
}
