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
            enter(data, project);
        } catch (LinuxError e) {
            if (isWithoutProjects(e)) {
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

    private void enter(Fd data, int project) {
        try {
            linux.quotas().enter(data, project);
        } catch (LinuxError e) {
            linux.quotas().limit(data, project, 0);
            throw e;
        }
    }

    /// What gives the project back once its files are gone. One that `root`, which they are in, has as well is
    /// somebody else's.
    Runnable release(Fd data, Fd root) {
        try {
            int project = linux.quotas().project(data);
            boolean own = project >= LEAST && project != linux.quotas().project(root);
            return own ? () -> linux.quotas().limit(root, project, 0) : () -> {};
        } catch (LinuxError e) {
            if (isWithoutProjects(e)) {
                return () -> {};
            }
            throw e;
        }
    }

    private static boolean isWithoutProjects(LinuxError e) {
        return e.is(Errno.ENOSYS, Errno.ESRCH, Errno.EOPNOTSUPP, Errno.ENOTTY, Errno.EINVAL);
    }
}
