package dev.gantry.volume;

import dev.gantry.base.Unavailable;
import dev.gantry.base.Unsupported;
import dev.gantry.linux.Errno;
import dev.gantry.linux.Fd;
import dev.gantry.linux.Linux;
import dev.gantry.linux.LinuxError;
import java.util.random.RandomGenerator;

/// Limits for volumes that are directories of the store: each is a project of its own on its file system. Who made
/// other projects there is unknown: a number is taken that nobody uses.
final class Projects {
    private static final int LEAST = 1 << 16;
    private static final int ATTEMPTS = 32;

    private final Linux linux;
    private final RandomGenerator random;

    Projects(Linux linux, RandomGenerator random) {
        this.linux = linux;
        this.random = random;
    }

    /// To be called while `data` is empty: what is in it already would not count.
    void limit(Fd data, long bytes) {
        try {
            int project = unused(data);
            linux.quotas().limit(data, project, bytes);
            linux.quotas().enter(data, project);
        } catch (LinuxError e) {
            if (e.is(Errno.ENOSYS, Errno.ESRCH, Errno.EOPNOTSUPP, Errno.ENOTTY, Errno.EINVAL)) {
                throw new Unsupported(
                        "limit the volume",
                        "the file system of the data root has no project quotas",
                        "mount it with prjquota, or leave backing=project out: then it is a file system of its own",
                        e);
            }
            throw e.during("limit the volume");
        }
    }

    private int unused(Fd place) {
        for (int i = 0; i < ATTEMPTS; i++) {
            int project = random.nextInt(LEAST, Integer.MAX_VALUE);
            if (linux.quotas().isUnused(place, project)) {
                return project;
            }
        }
        throw new Unavailable("limit the volume", "no project was found that nobody uses", "try again");
    }

    /// What gives the project back once its files are gone.
    Runnable release(Fd data, Fd place) {
        int project = linux.quotas().project(data);
        return project < LEAST ? () -> {} : () -> linux.quotas().limit(place, project, 0);
    }
}
