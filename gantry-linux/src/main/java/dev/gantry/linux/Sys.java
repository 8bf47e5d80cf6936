package dev.gantry.linux;

/// The system calls in use: number on x86-64 and on arm64 (<asm/unistd.h>), and how a recording prints the
/// arguments: `d` descriptor, `s` C string, `o` octal, `x` hexadecimal, `n` number, `p` pointer (not
/// printed).
public enum Sys {
    CLOSE("close", 3, 57, "d"),
    READ("read", 0, 63, "dpn"),
    WRITE("write", 1, 64, "dpn"),
    PREAD("pread64", 17, 67, "dpnn"),
    PWRITE("pwrite64", 18, 68, "dpnn"),
    FTRUNCATE("ftruncate", 77, 46, "dn"),
    FALLOCATE("fallocate", 285, 47, "dxnn"),
    FSYNC("fsync", 74, 82, "d"),
    FDATASYNC("fdatasync", 75, 83, "d"),
    SYNCFS("syncfs", 306, 267, "d"),
    FLOCK("flock", 73, 32, "dx"),
    FCNTL("fcntl", 72, 25, "dnx"),
    OPENAT2("openat2", 437, 437, "dspn"),
    MKDIRAT("mkdirat", 258, 34, "dso"),
    MKNODAT("mknodat", 259, 33, "dsox"),
    SYMLINKAT("symlinkat", 266, 36, "sds"),
    LINKAT("linkat", 265, 37, "dsdsx"),
    RENAMEAT2("renameat2", 316, 276, "dsdsx"),
    UNLINKAT("unlinkat", 263, 35, "dsx"),
    READLINKAT("readlinkat", 267, 78, "dspn"),
    FCHOWNAT("fchownat", 260, 54, "dsnnx"),
    FCHMOD("fchmod", 91, 52, "do"),
    FCHMODAT("fchmodat", 268, 53, "dso"),
    FCHMODAT2("fchmodat2", 452, 452, "dsox"),
    UTIMENSAT("utimensat", 280, 88, "dspx"),
    STATX("statx", 332, 291, "dsxxp"),
    FSTATFS("fstatfs", 138, 44, "dp"),
    GETDENTS64("getdents64", 217, 61, "dpn"),
    FSETXATTR("fsetxattr", 190, 7, "dspnx"),
    LSETXATTR("lsetxattr", 189, 6, "sspnx"),
    FGETXATTR("fgetxattr", 193, 10, "dspn"),
    LGETXATTR("lgetxattr", 192, 9, "sspn"),
    FLISTXATTR("flistxattr", 196, 13, "dpn"),
    LLISTXATTR("llistxattr", 195, 12, "spn"),
    LREMOVEXATTR("lremovexattr", 198, 15, "ss"),
    IOCTL("ioctl", 16, 29, "dxp"),
    LSEEK("lseek", 8, 62, "dnn"),
    COPY_FILE_RANGE("copy_file_range", 326, 285, "dpdpnx"),
    MOUNT("mount", 165, 40, "sssxp"),
    UMOUNT2("umount2", 166, 39, "sx"),
    QUOTACTL_FD("quotactl_fd", 443, 443, "dxnp"),
    OPEN_TREE("open_tree", 428, 428, "dsx"),
    MOUNT_SETATTR("mount_setattr", 442, 442, "dsxpn"),
    FSOPEN("fsopen", 430, 430, "sx"),
    FSCONFIG("fsconfig", 431, 431, "dnssn"),
    FSMOUNT("fsmount", 432, 432, "dxx"),
    PIPE2("pipe2", 293, 59, "px"),
    MEMFD_CREATE("memfd_create", 319, 279, "sx"),
    GETPID("getpid", 39, 172, ""),
    GETEUID("geteuid", 107, 175, ""),
    GETEGID("getegid", 108, 177, ""),
    EXECVE("execve", 59, 221, "spp"),
    KILL("kill", 62, 129, "nn"),
    PIDFD_OPEN("pidfd_open", 434, 434, "nx"),
    PIDFD_SEND_SIGNAL("pidfd_send_signal", 424, 424, "dnpx"),
    POLL("ppoll", 271, 73, "pnpp"),
    PRLIMIT("prlimit64", 302, 261, "nnpp"),
    SOCKET("socket", 41, 198, "nxn"),
    BIND("bind", 49, 200, "dpn"),
    CONNECT("connect", 42, 203, "dpn"),
    SETSOCKOPT("setsockopt", 54, 208, "dnnpn"),
    GETSOCKNAME("getsockname", 51, 204, "dpp"),
    SENDTO("sendto", 44, 206, "dpnx"),
    RECVFROM("recvfrom", 45, 207, "dpnx"),
    RECVMSG("recvmsg", 47, 212, "dpx"),
    SHUTDOWN("shutdown", 48, 210, "dn"),
    LISTEN("listen", 50, 201, "dn"),
    ACCEPT4("accept4", 288, 242, "dppx"),
    EPOLL_CREATE("epoll_create1", 291, 20, "x"),
    EPOLL_CTL("epoll_ctl", 233, 21, "dndp"),
    EPOLL_WAIT("epoll_pwait", 281, 22, "dpnnpn");

    private final String callName;
    private final int x86;
    private final int arm64;
    private final String arguments;

    Sys(String callName, int x86, int arm64, String arguments) {
        this.callName = callName;
        this.x86 = x86;
        this.arm64 = arm64;
        this.arguments = arguments;
    }

    /// As the manual spells it.
    public String callName() {
        return callName;
    }

    int x86() {
        return x86;
    }

    int arm64() {
        return arm64;
    }

    String arguments() {
        return arguments;
    }
}
