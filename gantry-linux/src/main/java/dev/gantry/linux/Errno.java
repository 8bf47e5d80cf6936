package dev.gantry.linux;

import java.util.Map;

/// An error number of <errno.h>, with the name and the words the manual gives it. The numbers are those of
/// the generic table, which x86-64 and arm64 share.
public record Errno(int number) {
    public static final Errno EPERM = new Errno(1);
    public static final Errno ENOENT = new Errno(2);
    public static final Errno ESRCH = new Errno(3);
    public static final Errno EINTR = new Errno(4);
    public static final Errno EIO = new Errno(5);
    public static final Errno EBADF = new Errno(9);
    public static final Errno EAGAIN = new Errno(11);
    public static final Errno ENOMEM = new Errno(12);
    public static final Errno EACCES = new Errno(13);
    public static final Errno EBUSY = new Errno(16);
    public static final Errno EEXIST = new Errno(17);
    public static final Errno EXDEV = new Errno(18);
    public static final Errno ENODEV = new Errno(19);
    public static final Errno ENOTDIR = new Errno(20);
    public static final Errno EISDIR = new Errno(21);
    public static final Errno EINVAL = new Errno(22);
    public static final Errno ENFILE = new Errno(23);
    public static final Errno EMFILE = new Errno(24);
    public static final Errno ENOTTY = new Errno(25);
    public static final Errno EFBIG = new Errno(27);
    public static final Errno ENOSPC = new Errno(28);
    public static final Errno EROFS = new Errno(30);
    public static final Errno EMLINK = new Errno(31);
    public static final Errno EPIPE = new Errno(32);
    public static final Errno ERANGE = new Errno(34);
    public static final Errno ENAMETOOLONG = new Errno(36);
    public static final Errno ENOSYS = new Errno(38);
    public static final Errno ENOTEMPTY = new Errno(39);
    public static final Errno ELOOP = new Errno(40);
    public static final Errno ENODATA = new Errno(61);
    public static final Errno EBADMSG = new Errno(74);
    public static final Errno ERESTART = new Errno(85);
    public static final Errno EMSGSIZE = new Errno(90);
    public static final Errno EOPNOTSUPP = new Errno(95);
    public static final Errno ENETUNREACH = new Errno(101);
    public static final Errno EADDRINUSE = new Errno(98);
    public static final Errno ENOBUFS = new Errno(105);
    public static final Errno ETIMEDOUT = new Errno(110);
    public static final Errno EINPROGRESS = new Errno(115);
    public static final Errno EDQUOT = new Errno(122);

    private static final Map<Integer, String> TABLE = Map.ofEntries(
            Map.entry(1, "EPERM operation not permitted"),
            Map.entry(2, "ENOENT no such file or directory"),
            Map.entry(3, "ESRCH no such process"),
            Map.entry(4, "EINTR interrupted system call"),
            Map.entry(5, "EIO input/output error"),
            Map.entry(6, "ENXIO no such device or address"),
            Map.entry(7, "E2BIG argument list too long"),
            Map.entry(8, "ENOEXEC exec format error"),
            Map.entry(9, "EBADF bad file descriptor"),
            Map.entry(10, "ECHILD no child processes"),
            Map.entry(11, "EAGAIN resource temporarily unavailable"),
            Map.entry(12, "ENOMEM cannot allocate memory"),
            Map.entry(13, "EACCES permission denied"),
            Map.entry(14, "EFAULT bad address"),
            Map.entry(15, "ENOTBLK block device required"),
            Map.entry(16, "EBUSY device or resource busy"),
            Map.entry(17, "EEXIST file exists"),
            Map.entry(18, "EXDEV invalid cross-device link"),
            Map.entry(19, "ENODEV no such device"),
            Map.entry(20, "ENOTDIR not a directory"),
            Map.entry(21, "EISDIR is a directory"),
            Map.entry(22, "EINVAL invalid argument"),
            Map.entry(23, "ENFILE too many open files in system"),
            Map.entry(24, "EMFILE too many open files"),
            Map.entry(25, "ENOTTY inappropriate ioctl for device"),
            Map.entry(26, "ETXTBSY text file busy"),
            Map.entry(27, "EFBIG file too large"),
            Map.entry(28, "ENOSPC no space left on device"),
            Map.entry(29, "ESPIPE illegal seek"),
            Map.entry(30, "EROFS read-only file system"),
            Map.entry(31, "EMLINK too many links"),
            Map.entry(32, "EPIPE broken pipe"),
            Map.entry(33, "EDOM numerical argument out of domain"),
            Map.entry(34, "ERANGE numerical result out of range"),
            Map.entry(35, "EDEADLK resource deadlock avoided"),
            Map.entry(36, "ENAMETOOLONG file name too long"),
            Map.entry(37, "ENOLCK no locks available"),
            Map.entry(38, "ENOSYS function not implemented"),
            Map.entry(39, "ENOTEMPTY directory not empty"),
            Map.entry(40, "ELOOP too many levels of symbolic links"),
            Map.entry(61, "ENODATA no data available"),
            Map.entry(62, "ETIME timer expired"),
            Map.entry(71, "EPROTO protocol error"),
            Map.entry(75, "EOVERFLOW value too large for defined data type"),
            Map.entry(74, "EBADMSG bad message"),
            Map.entry(85, "ERESTART interrupted system call should be restarted"),
            Map.entry(87, "EUSERS too many users"),
            Map.entry(90, "EMSGSIZE message too long"),
            Map.entry(93, "EPROTONOSUPPORT protocol not supported"),
            Map.entry(95, "EOPNOTSUPP operation not supported"),
            Map.entry(97, "EAFNOSUPPORT address family not supported by protocol"),
            Map.entry(98, "EADDRINUSE address already in use"),
            Map.entry(99, "EADDRNOTAVAIL cannot assign requested address"),
            Map.entry(100, "ENETDOWN network is down"),
            Map.entry(101, "ENETUNREACH network is unreachable"),
            Map.entry(103, "ECONNABORTED software caused connection abort"),
            Map.entry(104, "ECONNRESET connection reset by peer"),
            Map.entry(105, "ENOBUFS no buffer space available"),
            Map.entry(106, "EISCONN transport endpoint is already connected"),
            Map.entry(107, "ENOTCONN transport endpoint is not connected"),
            Map.entry(110, "ETIMEDOUT connection timed out"),
            Map.entry(111, "ECONNREFUSED connection refused"),
            Map.entry(113, "EHOSTUNREACH no route to host"),
            Map.entry(114, "EALREADY operation already in progress"),
            Map.entry(115, "EINPROGRESS operation now in progress"),
            Map.entry(116, "ESTALE stale file handle"),
            Map.entry(122, "EDQUOT disk quota exceeded"),
            Map.entry(125, "ECANCELED operation canceled"));

    /// `ENOENT`, or `errno 133` for a number without a name here.
    public String name() {
        String line = TABLE.get(number);
        return line == null ? "errno " + number : line.substring(0, line.indexOf(' '));
    }

    /// `no such file or directory`.
    public String words() {
        String line = TABLE.get(number);
        return line == null ? "unknown error" : line.substring(line.indexOf(' ') + 1);
    }

    @Override
    public String toString() {
        return name() + " (" + words() + ")";
    }
}
