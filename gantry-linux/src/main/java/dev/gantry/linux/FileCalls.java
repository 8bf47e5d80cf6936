package dev.gantry.linux;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/// Opening files and moving their bytes. <fcntl.h>, <linux/openat2.h>, <unistd.h>, <sys/file.h>.
public final class FileCalls {
    /// `struct open_how` of <linux/openat2.h>: three u64, flags, mode, resolve.
    static final int OPEN_HOW_SIZE = 24;

    /// A walk with `..` under `RESOLVE_IN_ROOT` reports EAGAIN whenever anybody on the host renames or mounts
    /// meanwhile.
    private static final int OPEN_ATTEMPTS = 1000;

    private static final long FIONREAD = 0x541B; // <asm-generic/ioctls.h>
    static final long FS_IOC_GETFLAGS = 0x80086601L; // <linux/fs.h>
    static final long FS_IOC_SETFLAGS = 0x40086602L;
    static final int FS_TOPDIR_FL = 0x00020000;
    private static final int LOCK_EX = 2; // <sys/file.h>
    private static final int LOCK_NB = 4;
    private static final int LOCK_UN = 8;

    /// `struct statfs` of <asm-generic/statfs.h> on 64-bit machines.
    static final int STATFS_SIZE = 120;

    static final int STATFS_FLAGS = 80;
    private static final int FALLOC_FL_KEEP_SIZE = 1; // <linux/falloc.h>
    private static final int ST_RDONLY = 1; // <sys/statvfs.h>
    private static final int COPY_SIZE = 1 << 17;

    private final Kernel kernel;

    FileCalls(Kernel kernel) {
        this.kernel = kernel;
    }

    /// Opens `path` below `directory`, close-on-exec. `mode` counts only with [OpenFlags#CREATE]. openat2(2).
    public Fd open(Fd directory, String path, int flags, int mode, int resolve) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment how = arena.allocate(OPEN_HOW_SIZE, 8);
            how.set(JAVA_LONG, 0, Integer.toUnsignedLong(flags | OpenFlags.CLOEXEC));
            how.set(JAVA_LONG, 8, mode);
            how.set(JAVA_LONG, 16, resolve);
            long name = Memory.cString(arena, path);
            long rc = -Errno.EAGAIN.number();
            for (int i = 0; i < OPEN_ATTEMPTS && again(rc); i++) {
                rc = kernel.call(arena, Sys.OPENAT2, directory.number(), name, how.address(), OPEN_HOW_SIZE, 0, 0);
            }
            if (rc < 0) {
                throw LinuxError.of(Sys.OPENAT2, path, rc);
            }
            return Fd.own(kernel, (int) rc);
        }
    }

    /// The regular file at one name, for reading; EINVAL when it is none. It is looked at before it is opened: a device
    /// put in its place meanwhile is not.
    public Fd openRegular(Fd directory, String name, int resolve) {
        try (Fd there = open(directory, name, OpenFlags.PATH | OpenFlags.NO_FOLLOW, 0, resolve)) {
            if (new AttributeCalls(kernel).stat(there).type() != FileType.REGULAR) {
                throw new LinuxError(Sys.OPENAT2.callName(), name, Errno.EINVAL);
            }
            return open(Fd.CWD, "/proc/self/fd/" + there.number(), OpenFlags.READ, 0, Resolve.ANY);
        }
    }

    /// Whether nothing can be written where the file is. fstatfs(2).
    public boolean isReadOnly(Fd fd) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment statfs = arena.allocate(STATFS_SIZE, 8);
            long rc = kernel.call(arena, Sys.FSTATFS, fd.number(), statfs.address(), 0, 0, 0, 0);
            if (rc < 0) {
                throw LinuxError.of(Sys.FSTATFS, fd.toString(), rc);
            }
            return (statfs.get(JAVA_LONG, STATFS_FLAGS) & ST_RDONLY) != 0;
        }
    }

    /// The directory at an absolute path of the host, to resolve others under.
    public Fd openDirectory(String path) {
        return open(Fd.CWD, path, OpenFlags.READ | OpenFlags.DIRECTORY, 0, Resolve.ANY);
    }

    /// Says that the directories made in this one have nothing to do with each other, so that ext4 puts each where few
    /// others are; false where the file system knows nothing of the kind. ioctl_iflags(2), `FS_TOPDIR_FL`.
    public boolean spread(Fd directory) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment flags = arena.allocate(JAVA_INT);
            long rc = kernel.call(arena, Sys.IOCTL, directory.number(), FS_IOC_GETFLAGS, flags.address(), 0, 0, 0);
            if (rc == 0) {
                flags.set(JAVA_INT, 0, flags.get(JAVA_INT, 0) | FS_TOPDIR_FL);
                rc = kernel.call(arena, Sys.IOCTL, directory.number(), FS_IOC_SETFLAGS, flags.address(), 0, 0, 0);
            }
            return rc == 0;
        }
    }

    /// Reads from the current position; -1 at the end.
    public int read(Fd fd, byte[] into, int from, int length) {
        return readAt(fd, into, from, length, -1);
    }

    /// Reads from `position` without moving the descriptor's own; -1 at the end.
    public int readAt(Fd fd, byte[] into, int from, int length, long position) {
        try (Arena arena = Arena.ofConfined()) {
            int n = Math.min(length, COPY_SIZE);
            MemorySegment memory = arena.allocate(n);
            Sys sys = position < 0 ? Sys.READ : Sys.PREAD;
            long rc = -Errno.EINTR.number();
            while (rc == -Errno.EINTR.number()) {
                rc = kernel.call(arena, sys, fd.number(), memory.address(), n, Math.max(position, 0), 0, 0);
            }
            if (rc < 0) {
                throw LinuxError.of(sys, fd.toString(), rc);
            }
            MemorySegment.copy(memory, JAVA_BYTE, 0, into, from, (int) rc);
            return rc == 0 && n > 0 ? -1 : (int) rc;
        }
    }

    /// All bytes from the current position; a file of more than `limit` bytes is EFBIG.
    public byte[] readAll(Fd fd, int limit) {
        byte[] bytes = new byte[Math.min(limit, 8192) + 1];
        int size = 0;
        while (true) {
            if (size == bytes.length) {
                bytes = Arrays.copyOf(bytes, Math.min(limit + 1, bytes.length * 2));
            }
            int n = read(fd, bytes, size, bytes.length - size);
            if (n < 0) {
                return Arrays.copyOf(bytes, size);
            }
            size += n;
            if (size > limit) {
                throw new LinuxError(Sys.READ.callName(), fd.toString(), Errno.EFBIG);
            }
        }
    }

    /// How many bytes are in a pipe that nobody has read yet. ioctl_pipe(2), FIONREAD.
    public int unread(Fd pipe) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment count = arena.allocate(JAVA_INT);
            long rc = kernel.call(arena, Sys.IOCTL, pipe.number(), FIONREAD, count.address(), 0, 0, 0);
            if (rc < 0) {
                throw LinuxError.of(Sys.IOCTL, pipe.toString(), rc);
            }
            return count.get(JAVA_INT, 0);
        }
    }

    /// Writes all of it at the current position.
    public void write(Fd fd, byte[] bytes, int from, int length) {
        writeAll(fd, bytes, from, length, -1);
    }

    /// Writes all of it from `position` on, without moving the descriptor's own.
    public void writeAt(Fd fd, byte[] bytes, int from, int length, long position) {
        writeAll(fd, bytes, from, length, position);
    }

    /// Writes the first `length` bytes of native memory, from `position` on or, when it is negative, at the
    /// current one.
    public void write(Fd fd, MemorySegment bytes, int length, long position) {
        try (Arena arena = Arena.ofConfined()) {
            for (int done = 0; done < length; ) {
                done += writeSome(
                        arena, fd, bytes.address() + done, length - done, position < 0 ? -1 : position + done);
            }
        }
    }

    private void writeAll(Fd fd, byte[] bytes, int from, int length, long position) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment memory = arena.allocate(Math.clamp(length, 1, COPY_SIZE));
            int done = 0;
            while (done < length) {
                int n = Math.min(length - done, COPY_SIZE);
                MemorySegment.copy(bytes, from + done, memory, JAVA_BYTE, 0, n);
                int written = 0;
                while (written < n) {
                    written += writeSome(
                            arena,
                            fd,
                            memory.address() + written,
                            n - written,
                            position < 0 ? -1 : position + done + written);
                }
                done += n;
            }
        }
    }

    private int writeSome(Arena arena, Fd fd, long address, int length, long position) {
        Sys sys = position < 0 ? Sys.WRITE : Sys.PWRITE;
        while (true) {
            long rc = kernel.call(arena, sys, fd.number(), address, length, Math.max(position, 0), 0, 0);
            if (rc >= 0) {
                return (int) rc;
            }
            if (rc != -Errno.EINTR.number()) {
                throw LinuxError.of(sys, fd.toString(), rc);
            }
        }
    }

    public void truncate(Fd fd, long size) {
        check(Sys.FTRUNCATE, fd, size, 0, 0);
    }

    /// Reserves the blocks of the first `size` bytes.
    public void allocate(Fd fd, long size) {
        check(Sys.FALLOCATE, fd, 0, 0, size);
    }

    /// The same, and the size stays as it is: what is written there later cannot meet a full disk. fallocate(2).
    public void reserve(Fd fd, long size) {
        check(Sys.FALLOCATE, fd, FALLOC_FL_KEEP_SIZE, 0, size);
    }

    /// Makes content and size, and for a directory its names, survive a crash. fsync(2).
    public void sync(Fd fd) {
        check(Sys.FSYNC, fd, 0, 0, 0);
    }

    /// Writes the whole filesystem that `fd` is on. syncfs(2).
    public void syncFilesystem(Fd fd) {
        check(Sys.SYNCFS, fd, 0, 0, 0);
    }

    /// Takes the whole-file lock if nobody holds it; never waits. It ends with the last duplicate of the
    /// descriptor.
    public boolean tryLock(Fd fd) {
        try (Arena arena = Arena.ofConfined()) {
            long rc = kernel.call(arena, Sys.FLOCK, fd.number(), LOCK_EX | LOCK_NB, 0, 0, 0, 0);
            if (rc < 0 && rc != -Errno.EAGAIN.number()) {
                throw LinuxError.of(Sys.FLOCK, fd.toString(), rc);
            }
            return rc == 0;
        }
    }

    public void unlock(Fd fd) {
        check(Sys.FLOCK, fd, LOCK_UN, 0, 0);
    }

    private void check(Sys sys, Fd fd, long b, long c, long d) {
        try (Arena arena = Arena.ofConfined()) {
            long rc = kernel.call(arena, sys, fd.number(), b, c, d, 0, 0);
            if (rc < 0) {
                throw LinuxError.of(sys, fd.toString(), rc);
            }
        }
    }

    private static boolean again(long rc) {
        return rc == -Errno.EAGAIN.number() || rc == -Errno.EINTR.number();
    }
}
