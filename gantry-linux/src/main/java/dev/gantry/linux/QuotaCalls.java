package dev.gantry.linux;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/// Project quotas: what is made in a directory of a project belongs to it, too, and all of it together has a limit.
/// quotactl_fd(2), ioctl_xfs_fsgetxattr(2), <linux/dqblk_xfs.h>, <linux/fs.h>.
public final class QuotaCalls {
    static final long FS_IOC_FSGETXATTR = 0x801c581fL;
    static final long FS_IOC_FSSETXATTR = 0x401c5820L;
    static final int FS_XFLAG_PROJINHERIT = 0x200;

    /// `struct fsxattr`: u32 fsx_xflags, fsx_extsize, fsx_nextents, fsx_projid, fsx_cowextsize, u8 fsx_pad[8].
    static final int FSXATTR_SIZE = 28;

    static final int FSX_XFLAGS = 0;
    static final int FSX_PROJID = 12;

    static final int PRJQUOTA = 2;
    static final int Q_XGETQUOTA = 0x5803;
    static final int Q_XSETQLIM = 0x5804;
    static final int FS_DQUOT_VERSION = 1;
    static final int FS_PROJ_QUOTA = 2;
    static final int FS_DQ_BSOFT = 4;
    static final int FS_DQ_BHARD = 8;

    /// `struct fs_disk_quota`; blocks are of 512 bytes.
    static final int QUOTA_SIZE = 112;

    static final int D_FLAGS = 1;
    static final int D_FIELDMASK = 2;
    static final int D_ID = 4;
    static final int D_BLK_HARDLIMIT = 8;
    static final int D_BLK_SOFTLIMIT = 16;
    static final int D_BCOUNT = 40;
    private static final long BLOCK = 512;

    private final Kernel kernel;

    QuotaCalls(Kernel kernel) {
        this.kernel = kernel;
    }

    /// Whether nothing belongs to `project` and nothing limits it. `place` is anywhere on the file system.
    public boolean isUnused(Fd place, int project) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment quota = arena.allocate(QUOTA_SIZE, 8);
            long rc = control(arena, place, Q_XGETQUOTA, project, quota);
            if (rc == -Errno.ENOENT.number()) {
                return true;
            }
            if (rc < 0) {
                throw LinuxError.of(Sys.QUOTACTL_FD, "project " + project, rc);
            }
            return quota.get(JAVA_LONG, D_BCOUNT) == 0 && quota.get(JAVA_LONG, D_BLK_HARDLIMIT) == 0;
        }
    }

    /// All of `project` on the file system of `place` together takes no more than this; 0 is no limit.
    public void limit(Fd place, int project, long bytes) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment quota = arena.allocate(QUOTA_SIZE, 8);
            quota.set(JAVA_BYTE, 0, (byte) FS_DQUOT_VERSION);
            quota.set(JAVA_BYTE, D_FLAGS, (byte) FS_PROJ_QUOTA);
            quota.set(JAVA_SHORT, D_FIELDMASK, (short) (FS_DQ_BSOFT | FS_DQ_BHARD));
            quota.set(JAVA_INT, D_ID, project);
            quota.set(JAVA_LONG, D_BLK_HARDLIMIT, bytes / BLOCK);
            quota.set(JAVA_LONG, D_BLK_SOFTLIMIT, bytes / BLOCK);
            long rc = control(arena, place, Q_XSETQLIM, project, quota);
            if (rc < 0) {
                throw LinuxError.of(Sys.QUOTACTL_FD, "project " + project, rc);
            }
        }
    }

    private long control(Arena arena, Fd place, int command, int project, MemorySegment quota) {
        long what = (long) command << 8 | PRJQUOTA;
        return kernel.call(arena, Sys.QUOTACTL_FD, place.number(), what, project, quota.address(), 0, 0);
    }

    /// The project of `directory`; 0 is none.
    public int project(Fd directory) {
        try (Arena arena = Arena.ofConfined()) {
            return attributes(arena, directory).get(JAVA_INT, FSX_PROJID);
        }
    }

    /// `directory`, and what is made in it from here on, belongs to `project`.
    public void enter(Fd directory, int project) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment attributes = attributes(arena, directory);
            attributes.set(JAVA_INT, FSX_XFLAGS, attributes.get(JAVA_INT, FSX_XFLAGS) | FS_XFLAG_PROJINHERIT);
            attributes.set(JAVA_INT, FSX_PROJID, project);
            ioctl(arena, directory, FS_IOC_FSSETXATTR, attributes);
        }
    }

    private MemorySegment attributes(Arena arena, Fd directory) {
        MemorySegment attributes = arena.allocate(FSXATTR_SIZE, 8);
        ioctl(arena, directory, FS_IOC_FSGETXATTR, attributes);
        return attributes;
    }

    private void ioctl(Arena arena, Fd directory, long command, MemorySegment attributes) {
        long rc = kernel.call(arena, Sys.IOCTL, directory.number(), command, attributes.address(), 0, 0, 0);
        if (rc < 0) {
            throw LinuxError.of(Sys.IOCTL, "the project of " + directory, rc);
        }
    }
}
