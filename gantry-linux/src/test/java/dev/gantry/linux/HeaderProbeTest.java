package dev.gantry.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Every number this module copied from a header, against the header itself: a C program prints them.
class HeaderProbeTest {
    private static final String HEADERS = """
            #define _GNU_SOURCE
            #include <stdio.h>
            #include <stddef.h>
            #include <fcntl.h>
            #include <errno.h>
            #include <sys/syscall.h>
            #include <sys/file.h>
            #include <sys/statfs.h>
            #include <sys/sysmacros.h>
            #include <sys/resource.h>
            #include <sys/socket.h>
            #include <sys/un.h>
            #include <poll.h>
            #include <linux/openat2.h>
            #include <linux/stat.h>
            #include <linux/fs.h>
            #include <sys/mount.h>
            #include <linux/loop.h>
            #include <linux/dqblk_xfs.h>
            #include <linux/quota.h>
            #include <unistd.h>
            #include <asm/termbits.h>
            #include <asm/ioctls.h>
            #ifndef SYS_fchmodat2 /* headers before Linux 6.6; the number is every architecture's */
            #define SYS_fchmodat2 452
            #endif
            int main(void) {
            """;

    @Test
    void numbersAndLayoutsAreThoseOfTheHeaders(@TempDir Path dir) throws Exception {
        Map<String, Long> expected = expected();
        Map<String, Long> actual = probe(dir, expected);
        assertThat(actual).isEqualTo(expected);
    }

    private static Map<String, Long> expected() {
        Map<String, Long> m = new LinkedHashMap<>();
        boolean arm = System.getProperty("os.arch").equals("aarch64");
        for (Sys sys : Sys.values()) {
            m.put("SYS_" + headerName(sys), (long) (arm ? sys.arm64() : sys.x86()));
        }
        for (String e :
                "EPERM ENOENT ESRCH EINTR EIO EBADF EAGAIN ENOMEM EACCES EBUSY EEXIST EXDEV ENODEV ENOTDIR EISDIR EINVAL "
                        .concat(
                                "ENFILE EMFILE ENOTTY EFBIG ENOSPC EROFS EMLINK EPIPE ERANGE ENAMETOOLONG ENOSYS ENOTEMPTY ELOOP ")
                        .concat("ENODATA EOPNOTSUPP EDQUOT")
                        .split(" ")) {
            m.put(e, (long) number(e));
        }
        m.put("O_CREAT", (long) OpenFlags.CREATE);
        m.put("O_EXCL", (long) OpenFlags.EXCLUSIVE);
        m.put("O_NOCTTY", (long) OpenFlags.NO_CONTROLLING_TERMINAL);
        m.put("O_TRUNC", (long) OpenFlags.TRUNCATE);
        m.put("O_APPEND", (long) OpenFlags.APPEND);
        m.put("O_NONBLOCK", (long) OpenFlags.NON_BLOCKING);
        m.put("O_DIRECTORY", (long) OpenFlags.DIRECTORY);
        m.put("O_NOFOLLOW", (long) OpenFlags.NO_FOLLOW);
        m.put("O_PATH", (long) OpenFlags.PATH);
        m.put("O_CLOEXEC", (long) OpenFlags.CLOEXEC);
        m.put("RESOLVE_NO_XDEV", (long) Resolve.NO_XDEV);
        m.put("RESOLVE_NO_MAGICLINKS", (long) Resolve.NO_MAGICLINKS);
        m.put("RESOLVE_NO_SYMLINKS", (long) Resolve.NO_SYMLINKS);
        m.put("RESOLVE_BENEATH", (long) Resolve.BENEATH);
        m.put("RESOLVE_IN_ROOT", (long) Resolve.IN_ROOT);
        m.put("RESOLVE_CACHED", (long) Resolve.CACHED);
        m.put("sizeof(struct open_how)", (long) FileCalls.OPEN_HOW_SIZE);
        m.put("offsetof(struct open_how, mode)", 8L);
        m.put("offsetof(struct open_how, resolve)", 16L);
        m.put("sizeof(struct statfs)", (long) FileCalls.STATFS_SIZE);
        m.put("offsetof(struct statfs, f_flags)", (long) FileCalls.STATFS_FLAGS);
        m.put("sizeof(struct statx)", (long) AttributeCalls.STATX_SIZE);
        m.put("offsetof(struct statx, stx_nlink)", 16L);
        m.put("offsetof(struct statx, stx_uid)", 20L);
        m.put("offsetof(struct statx, stx_gid)", 24L);
        m.put("offsetof(struct statx, stx_mode)", 28L);
        m.put("offsetof(struct statx, stx_ino)", 32L);
        m.put("offsetof(struct statx, stx_size)", 40L);
        m.put("offsetof(struct statx, stx_blocks)", 48L);
        m.put("offsetof(struct statx, stx_atime)", 64L);
        m.put("offsetof(struct statx, stx_ctime)", 96L);
        m.put("offsetof(struct statx, stx_mtime)", 112L);
        m.put("offsetof(struct statx, stx_rdev_major)", 128L);
        m.put("offsetof(struct statx, stx_rdev_minor)", 132L);
        m.put("offsetof(struct statx, stx_dev_major)", 136L);
        m.put("offsetof(struct statx, stx_dev_minor)", 140L);
        m.put("STATX_BASIC_STATS", 0x7ffL);
        m.put("sizeof(struct termios)", (long) TerminalCalls.TERMIOS_SIZE);
        m.put("offsetof(struct termios, c_cc)", 17L);
        m.put("sizeof(struct winsize)", 8L);
        m.put("TCGETS", 0x5401L);
        m.put("TCSETSW", 0x5403L);
        m.put("TIOCGWINSZ", 0x5413L);
        m.put("TIOCSWINSZ", 0x5414L);
        m.put("IGNBRK|BRKINT|PARMRK|ISTRIP|INLCR|IGNCR|ICRNL|IXON", 0x5ebL);
        m.put("ECHO|ECHONL|ICANON|ISIG|IEXTEN", 0x804bL);
        m.put("CSIZE|PARENB", 0x130L);
        m.put("LOCK_EX|LOCK_NB", 6L);
        m.put("makedev(259, 70000)", DirectoryCalls.device(259, 70000));
        m.put("sizeof(struct rlimit64)", 16L);
        m.put("AF_UNIX", (long) SocketCalls.AF_UNIX);
        m.put("SOCK_STREAM", (long) SocketCalls.SOCK_STREAM);
        m.put("SOCK_CLOEXEC", (long) SocketCalls.SOCK_CLOEXEC);
        m.put("SOL_SOCKET", (long) SocketCalls.SOL_SOCKET);
        m.put("SCM_RIGHTS", (long) SocketCalls.SCM_RIGHTS);
        m.put("MSG_CTRUNC", (long) SocketCalls.MSG_CTRUNC);
        m.put("MSG_CMSG_CLOEXEC", (long) SocketCalls.MSG_CMSG_CLOEXEC);
        m.put("POLLIN", (long) SocketCalls.POLLIN);
        m.put("sizeof(struct sockaddr_un)", 2L + SocketCalls.SUN_PATH_SIZE);
        m.put("sizeof(struct msghdr)", (long) SocketCalls.MSGHDR_SIZE);
        m.put("offsetof(struct msghdr, msg_iov)", 16L);
        m.put("offsetof(struct msghdr, msg_control)", 32L);
        m.put("offsetof(struct msghdr, msg_flags)", 48L);
        m.put("sizeof(struct cmsghdr)", (long) SocketCalls.CMSGHDR_SIZE);
        m.put("sizeof(struct pollfd)", 8L);
        m.put("MS_RDONLY", MountCalls.READ_ONLY);
        m.put("MS_NOSUID", MountCalls.NO_SUID);
        m.put("MS_NODEV", MountCalls.NO_DEV);
        m.put("MS_NOEXEC", MountCalls.NO_EXEC);
        m.put("MS_SYNCHRONOUS", MountCalls.SYNCHRONOUS);
        m.put("MS_REMOUNT", MountCalls.REMOUNT);
        m.put("MS_DIRSYNC", MountCalls.DIR_SYNC);
        m.put("MS_NOATIME", MountCalls.NO_ATIME);
        m.put("MS_NODIRATIME", MountCalls.NO_DIR_ATIME);
        m.put("MS_BIND", MountCalls.BIND);
        m.put("MS_REC", MountCalls.RECURSIVE);
        m.put("MS_PRIVATE", MountCalls.PRIVATE);
        m.put("MS_SLAVE", MountCalls.SLAVE);
        m.put("MS_SHARED", MountCalls.SHARED);
        m.put("MS_RELATIME", MountCalls.REL_ATIME);
        m.put("MS_STRICTATIME", MountCalls.STRICT_ATIME);
        m.put("MNT_DETACH", (long) MountCalls.MNT_DETACH);
        m.put("UMOUNT_NOFOLLOW", (long) MountCalls.UMOUNT_NOFOLLOW);
        m.put("OPEN_TREE_CLONE", (long) MountCalls.OPEN_TREE_CLONE);
        m.put("AT_EMPTY_PATH", (long) MountCalls.AT_EMPTY_PATH);
        m.put("FSCONFIG_SET_FLAG", (long) MountCalls.FSCONFIG_SET_FLAG);
        m.put("FSCONFIG_SET_STRING", (long) MountCalls.FSCONFIG_SET_STRING);
        m.put("FSCONFIG_CMD_CREATE", (long) MountCalls.FSCONFIG_CMD_CREATE);
        m.put("MOUNT_ATTR_RDONLY", (long) MountCalls.MOUNT_ATTR_RDONLY);
        m.put("MOUNT_ATTR_IDMAP", MountCalls.MOUNT_ATTR_IDMAP);
        m.put("AT_RECURSIVE", (long) MountCalls.AT_RECURSIVE);
        m.put("sizeof(struct mount_attr)", (long) MountCalls.MOUNT_ATTR_SIZE);
        m.put("offsetof(struct mount_attr, userns_fd)", (long) MountCalls.ATTR_USERNS_FD);
        m.put("FS_IOC_FSGETXATTR", QuotaCalls.FS_IOC_FSGETXATTR);
        m.put("FS_IOC_FSSETXATTR", QuotaCalls.FS_IOC_FSSETXATTR);
        m.put("FS_XFLAG_PROJINHERIT", (long) QuotaCalls.FS_XFLAG_PROJINHERIT);
        m.put("sizeof(struct fsxattr)", (long) QuotaCalls.FSXATTR_SIZE);
        m.put("offsetof(struct fsxattr, fsx_xflags)", (long) QuotaCalls.FSX_XFLAGS);
        m.put("offsetof(struct fsxattr, fsx_projid)", (long) QuotaCalls.FSX_PROJID);
        m.put("PRJQUOTA", (long) QuotaCalls.PRJQUOTA);
        m.put("Q_XGETQUOTA", (long) QuotaCalls.Q_XGETQUOTA);
        m.put("Q_XSETQLIM", (long) QuotaCalls.Q_XSETQLIM);
        m.put("QCMD(Q_XSETQLIM, PRJQUOTA)", (long) QuotaCalls.Q_XSETQLIM << 8 | QuotaCalls.PRJQUOTA);
        m.put("FS_DQUOT_VERSION", (long) QuotaCalls.FS_DQUOT_VERSION);
        m.put("FS_PROJ_QUOTA", (long) QuotaCalls.FS_PROJ_QUOTA);
        m.put("FS_DQ_BSOFT", (long) QuotaCalls.FS_DQ_BSOFT);
        m.put("FS_DQ_BHARD", (long) QuotaCalls.FS_DQ_BHARD);
        m.put("sizeof(struct fs_disk_quota)", (long) QuotaCalls.QUOTA_SIZE);
        m.put("offsetof(struct fs_disk_quota, d_flags)", (long) QuotaCalls.D_FLAGS);
        m.put("offsetof(struct fs_disk_quota, d_fieldmask)", (long) QuotaCalls.D_FIELDMASK);
        m.put("offsetof(struct fs_disk_quota, d_id)", (long) QuotaCalls.D_ID);
        m.put("offsetof(struct fs_disk_quota, d_blk_hardlimit)", (long) QuotaCalls.D_BLK_HARDLIMIT);
        m.put("offsetof(struct fs_disk_quota, d_blk_softlimit)", (long) QuotaCalls.D_BLK_SOFTLIMIT);
        m.put("offsetof(struct fs_disk_quota, d_bcount)", (long) QuotaCalls.D_BCOUNT);
        m.put("LOOP_GET_STATUS64", (long) LoopCalls.LOOP_GET_STATUS64);
        m.put("LOOP_CONFIGURE", (long) LoopCalls.LOOP_CONFIGURE);
        m.put("LOOP_CTL_GET_FREE", (long) LoopCalls.LOOP_CTL_GET_FREE);
        m.put("LO_FLAGS_AUTOCLEAR", (long) LoopCalls.LO_FLAGS_AUTOCLEAR);
        m.put("sizeof(struct loop_config)", (long) LoopCalls.CONFIG_SIZE);
        m.put("sizeof(struct loop_info64)", (long) LoopCalls.INFO_SIZE);
        m.put("offsetof(struct loop_config, info)", (long) LoopCalls.INFO);
        m.put("offsetof(struct loop_info64, lo_device)", (long) LoopCalls.LO_DEVICE);
        m.put("offsetof(struct loop_info64, lo_inode)", (long) LoopCalls.LO_INODE);
        m.put("offsetof(struct loop_info64, lo_flags)", (long) LoopCalls.LO_FLAGS);
        m.put("FICLONE", CopyCalls.FICLONE);
        m.put("FS_IOC_GETFLAGS", FileCalls.FS_IOC_GETFLAGS);
        m.put("FS_IOC_SETFLAGS", FileCalls.FS_IOC_SETFLAGS);
        m.put("FS_TOPDIR_FL", (long) FileCalls.FS_TOPDIR_FL);
        m.put("SEEK_DATA", (long) CopyCalls.SEEK_DATA);
        m.put("SEEK_HOLE", (long) CopyCalls.SEEK_HOLE);
        return m;
    }

    private static int number(String name) {
        for (int n = 1; n < 200; n++) {
            if (new Errno(n).name().equals(name)) {
                return n;
            }
        }
        throw new AssertionError("no number for " + name);
    }

    private static String headerName(Sys sys) {
        return sys.callName();
    }

    private static Map<String, Long> probe(Path dir, Map<String, Long> expected) throws Exception {
        StringBuilder source = new StringBuilder(HEADERS);
        expected.keySet()
                .forEach(e -> source.append("printf(\"%lld\\n\", (long long) (")
                        .append(e)
                        .append("));\n"));
        Files.writeString(dir.resolve("probe.c"), source.append("return 0; }\n"));
        Assumptions.assumeTrue(hasCompiler(), "no C compiler (cc) to ask the headers with");
        run(dir, "cc", "-o", "probe", "probe.c");
        String[] lines = run(dir, dir.resolve("probe").toString()).split("\n");
        Map<String, Long> actual = new LinkedHashMap<>();
        int i = 0;
        for (String key : expected.keySet()) {
            actual.put(key, Long.parseLong(lines[i++]));
        }
        return actual;
    }

    private static boolean hasCompiler() {
        try {
            return new ProcessBuilder("cc", "--version")
                    .redirectErrorStream(true)
                    .start()
                    .waitFor(60, TimeUnit.SECONDS);
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static String run(Path dir, String... command) throws Exception {
        Process process = new ProcessBuilder(command)
                .directory(dir.toFile())
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes());
        assertThat(process.waitFor()).as(output).isZero();
        return output;
    }
}
