package dev.gantry.linux;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// What files are: type, owner, mode, times, extended attributes. Names are single components or resolved
/// without following the last one. <sys/stat.h>, <unistd.h>, <sys/xattr.h>.
public final class AttributeCalls {
    private static final int AT_SYMLINK_NOFOLLOW = 0x100; // <fcntl.h>
    private static final int AT_EMPTY_PATH = 0x1000;
    private static final int AT_STATX_DONT_SYNC = 0x4000; // <linux/fcntl.h>
    private static final int STATX_BASIC_STATS = 0x7ff; // <linux/stat.h>

    /// `struct statx` of <linux/stat.h>: the same on every architecture, which `struct stat` is not.
    static final int STATX_SIZE = 256;

    private static final long UTIME_OMIT = 0x3ffffffe; // <linux/stat.h>
    private static final int PLACE = OpenFlags.PATH | OpenFlags.NO_FOLLOW;

    /// It may be where something is mounted.
    private static final int ONE_PLACE = Resolve.PLAIN & ~Resolve.NO_XDEV;

    private static final int XATTR_LIST_MAX = 65536; // <linux/limits.h>
    private static final int XATTR_SIZE_MAX = 65536;

    private final Kernel kernel;

    AttributeCalls(Kernel kernel) {
        this.kernel = kernel;
    }

    public Stat stat(Fd fd) {
        return statx(fd, "", AT_EMPTY_PATH);
    }

    /// As far as the kernel knows without asking who serves the file system.
    Stat known(Fd fd) {
        return statx(fd, "", AT_EMPTY_PATH | AT_STATX_DONT_SYNC);
    }

    public Stat stat(Fd directory, String name) {
        return statx(directory, name, AT_SYMLINK_NOFOLLOW);
    }

    /// Empty when there is no such name.
    public Optional<Stat> find(Fd directory, String name) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment s = arena.allocate(STATX_SIZE, 8);
            long rc = statx(arena, s, directory, name, AT_SYMLINK_NOFOLLOW);
            if (rc == -Errno.ENOENT.number() || rc == -Errno.ENOTDIR.number()) {
                return Optional.empty();
            }
            check(Sys.STATX, name, rc);
            return Optional.of(stat(s));
        }
    }

    private Stat statx(Fd fd, String name, int flags) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment s = arena.allocate(STATX_SIZE, 8);
            check(Sys.STATX, name.isEmpty() ? fd.toString() : name, statx(arena, s, fd, name, flags));
            return stat(s);
        }
    }

    private long statx(Arena arena, MemorySegment into, Fd fd, String name, int flags) {
        long path = Memory.cString(arena, name);
        return kernel.call(arena, Sys.STATX, fd.number(), path, flags, STATX_BASIC_STATS, into.address(), 0);
    }

    private static Stat stat(MemorySegment s) {
        int mode = Short.toUnsignedInt(s.get(JAVA_SHORT, 28));
        return new Stat(
                FileType.ofMode(mode),
                mode & 07777,
                s.get(JAVA_INT, 20),
                s.get(JAVA_INT, 24),
                s.get(JAVA_LONG, 40),
                s.get(JAVA_LONG, 48),
                s.get(JAVA_LONG, 32),
                s.get(JAVA_INT, 16),
                timestamp(s, 64),
                timestamp(s, 112),
                timestamp(s, 96),
                ((long) s.get(JAVA_INT, 136) << 32) | Integer.toUnsignedLong(s.get(JAVA_INT, 140)),
                s.get(JAVA_INT, 128),
                s.get(JAVA_INT, 132));
    }

    private static Instant timestamp(MemorySegment s, long at) {
        return Instant.ofEpochSecond(s.get(JAVA_LONG, at), s.get(JAVA_INT, at + 8));
    }

    public void owner(Fd fd, int uid, int gid) {
        owner(fd, "", uid, gid, AT_EMPTY_PATH);
    }

    public void owner(Fd directory, String name, int uid, int gid) {
        owner(directory, name, uid, gid, AT_SYMLINK_NOFOLLOW);
    }

    private void owner(Fd fd, String name, int uid, int gid, int flags) {
        try (Arena arena = Arena.ofConfined()) {
            long path = Memory.cString(arena, name);
            check(Sys.FCHOWNAT, name, kernel.call(arena, Sys.FCHOWNAT, fd.number(), path, uid, gid, flags, 0));
        }
    }

    public void mode(Fd fd, int mode) {
        try (Arena arena = Arena.ofConfined()) {
            check(Sys.FCHMOD, fd.toString(), kernel.call(arena, Sys.FCHMOD, fd.number(), mode, 0, 0, 0, 0));
        }
    }

    /// ELOOP if it is a symlink: that has no mode of its own, and what it leads to may be anybody's.
    /// fchmodat2(2), Linux 6.6, or by descriptor.
    public void mode(Fd directory, String name, int mode) {
        try (Arena arena = Arena.ofConfined()) {
            long path = Memory.cString(arena, name);
            long rc = kernel.call(arena, Sys.FCHMODAT2, directory.number(), path, mode, AT_SYMLINK_NOFOLLOW, 0, 0);
            if (rc != -Errno.ENOSYS.number() && rc != -Errno.EOPNOTSUPP.number()) {
                check(Sys.FCHMODAT2, name, rc);
                return;
            }
        }
        try (Fd place = new FileCalls(kernel).open(directory, name, PLACE, 0, ONE_PLACE)) {
            if (stat(place).type() == FileType.SYMLINK) {
                throw new LinuxError(Sys.FCHMODAT2.callName(), name, Errno.ELOOP);
            }
            modeOfPlace(place, mode);
        }
    }

    /// Of what is open as a place only, [OpenFlags#PATH], and is no symlink.
    void modeOfPlace(Fd place, int mode) {
        try (Arena arena = Arena.ofConfined()) {
            long path = Memory.cString(arena, "/proc/self/fd/" + place.number());
            check(
                    Sys.FCHMODAT,
                    place.toString(),
                    kernel.call(arena, Sys.FCHMODAT, Fd.CWD.number(), path, mode, 0, 0, 0));
        }
    }

    /// Sets access and modification time.
    public void times(Fd directory, String name, Instant accessed, Instant modified) {
        try (Arena arena = Arena.ofConfined()) {
            long path = Memory.cString(arena, name);
            times(arena, directory, path, name, accessed, modified, AT_SYMLINK_NOFOLLOW);
        }
    }

    public void times(Fd fd, Instant accessed, Instant modified) {
        try (Arena arena = Arena.ofConfined()) {
            times(arena, fd, 0, fd.toString(), accessed, modified, 0);
        }
    }

    private void times(Arena arena, Fd fd, long path, String subject, Instant accessed, Instant modified, int flags) {
        MemorySegment two = arena.allocate(32, 8); // struct timespec[2]
        two.set(JAVA_LONG, 0, accessed.getEpochSecond());
        two.set(JAVA_LONG, 8, accessed.getNano());
        two.set(JAVA_LONG, 16, modified.getEpochSecond());
        two.set(JAVA_LONG, 24, modified.getNano());
        check(Sys.UTIMENSAT, subject, kernel.call(arena, Sys.UTIMENSAT, fd.number(), path, two.address(), flags, 0, 0));
    }

    /// Sets only the modification time.
    public void modified(Fd fd, Instant modified) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment two = arena.allocate(32, 8);
            two.set(JAVA_LONG, 8, UTIME_OMIT);
            two.set(JAVA_LONG, 16, modified.getEpochSecond());
            two.set(JAVA_LONG, 24, modified.getNano());
            check(
                    Sys.UTIMENSAT,
                    fd.toString(),
                    kernel.call(arena, Sys.UTIMENSAT, fd.number(), 0, two.address(), 0, 0, 0));
        }
    }

    public void setXattr(Fd fd, String name, byte[] value) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment bytes = bytes(arena, value);
            long rc = kernel.call(
                    arena,
                    Sys.FSETXATTR,
                    fd.number(),
                    Memory.cString(arena, name),
                    bytes.address(),
                    value.length,
                    0,
                    0);
            check(Sys.FSETXATTR, name, rc);
        }
    }

    /// On a name in a directory, which may be a symlink, a device or a fifo that must not be opened.
    public void setXattr(Fd directory, String file, String name, byte[] value) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment bytes = bytes(arena, value);
            long rc = kernel.call(
                    arena,
                    Sys.LSETXATTR,
                    Memory.cString(arena, procPath(directory, file)),
                    Memory.cString(arena, name),
                    bytes.address(),
                    value.length,
                    0,
                    0);
            check(Sys.LSETXATTR, name + " of " + file, rc);
        }
    }

    /// Empty when the file has no such attribute, or its filesystem has none at all.
    public Optional<byte[]> xattr(Fd directory, String file, String name) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment value = arena.allocate(XATTR_SIZE_MAX);
            long rc = kernel.call(
                    arena,
                    Sys.LGETXATTR,
                    Memory.cString(arena, procPath(directory, file)),
                    Memory.cString(arena, name),
                    value.address(),
                    XATTR_SIZE_MAX,
                    0,
                    0);
            if (rc == -Errno.ENODATA.number() || rc == -Errno.EOPNOTSUPP.number()) {
                return Optional.empty();
            }
            check(Sys.LGETXATTR, name + " of " + file, rc);
            return Optional.of(value.asSlice(0, rc).toArray(JAVA_BYTE));
        }
    }

    /// Names of the extended attributes, none where the filesystem has none.
    public List<String> xattrs(Fd directory, String file) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment list = arena.allocate(XATTR_LIST_MAX);
            long rc = kernel.call(
                    arena,
                    Sys.LLISTXATTR,
                    Memory.cString(arena, procPath(directory, file)),
                    list.address(),
                    XATTR_LIST_MAX,
                    0,
                    0,
                    0);
            if (rc == -Errno.EOPNOTSUPP.number()) {
                return List.of();
            }
            check(Sys.LLISTXATTR, file, rc);
            byte[] bytes = list.asSlice(0, rc).toArray(JAVA_BYTE);
            List<String> names = new ArrayList<>();
            int start = 0;
            for (int i = 0; i < bytes.length; i++) {
                if (bytes[i] == 0) {
                    names.add(FileName.decode(bytes, start, i - start));
                    start = i + 1;
                }
            }
            return names;
        }
    }

    public void removeXattr(Fd directory, String file, String name) {
        try (Arena arena = Arena.ofConfined()) {
            long rc = kernel.call(
                    arena,
                    Sys.LREMOVEXATTR,
                    Memory.cString(arena, procPath(directory, file)),
                    Memory.cString(arena, name),
                    0,
                    0,
                    0,
                    0);
            check(Sys.LREMOVEXATTR, name + " of " + file, rc);
        }
    }

    /// The calls by name exist only from Linux 6.13 on in a form that takes a directory; the link in /proc
    /// leads to the very directory the descriptor holds. `.` is the directory itself.
    private static String procPath(Fd directory, String file) {
        if (file.isEmpty() || file.indexOf('/') >= 0 || file.equals("..")) {
            throw new IllegalArgumentException("expected one name of a directory, not " + file);
        }
        return "/proc/self/fd/" + directory.number() + "/" + file;
    }

    private static MemorySegment bytes(Arena arena, byte[] value) {
        MemorySegment memory = arena.allocate(Math.max(1, value.length));
        MemorySegment.copy(value, 0, memory, JAVA_BYTE, 0, value.length);
        return memory;
    }

    private static void check(Sys sys, String subject, long rc) {
        if (rc < 0) {
            throw LinuxError.of(sys, subject, rc);
        }
    }
}
