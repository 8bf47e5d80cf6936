package dev.gantry.linux;

import java.lang.foreign.Arena;

/// The bytes of one file in another: shared where the filesystem can, else copied without its holes.
/// <linux/fs.h>, <unistd.h>.
public final class CopyCalls {
    static final long FICLONE = 0x40049409L;
    static final int SEEK_DATA = 3;
    static final int SEEK_HOLE = 4;
    private static final long MOST_AT_ONCE = 1L << 24;
    private static final int BUFFER = 1 << 17;

    private final Kernel kernel;
    private final FileCalls files;

    CopyCalls(Kernel kernel) {
        this.kernel = kernel;
        this.files = new FileCalls(kernel);
    }

    /// Lets `to` have the blocks of `from`; false where the filesystem cannot. ioctl_ficlone(2).
    public boolean share(Fd from, Fd to) {
        try (Arena arena = Arena.ofConfined()) {
            long rc = kernel.call(arena, Sys.IOCTL, to.number(), FICLONE, from.number(), 0, 0, 0);
            if (rc == -Errno.EOPNOTSUPP.number()
                    || rc == -Errno.EXDEV.number()
                    || rc == -Errno.EINVAL.number()
                    || rc == -Errno.ENOTTY.number()) {
                return false;
            }
            if (rc < 0) {
                throw LinuxError.of(Sys.IOCTL, from + " to " + to, rc);
            }
            return true;
        }
    }

    /// Copies `size` bytes; holes stay holes where both sides can say so. `check` is asked again and again, and ends
    /// the copy by throwing.
    public void copy(Fd from, Fd to, long size, Runnable check) {
        files.truncate(to, size);
        long at = data(from, 0, size);
        while (at < size) {
            long end = Math.min(size, hole(from, at, size));
            range(from, to, at, end, check);
            at = data(from, end, size);
        }
    }

    /// Where the next data is at or after `at`; `size` when there is none.
    public long data(Fd file, long at, long size) {
        return seek(file, at, SEEK_DATA, at, size);
    }

    /// Where the next hole is at or after `at`; the end of a file counts as one.
    public long hole(Fd file, long at, long size) {
        return seek(file, at, SEEK_HOLE, size, size);
    }

    private long seek(Fd file, long at, int whence, long unknown, long none) {
        if (at >= none) {
            return none;
        }
        try (Arena arena = Arena.ofConfined()) {
            long rc = kernel.call(arena, Sys.LSEEK, file.number(), at, whence, 0, 0, 0);
            if (rc == -6) { // ENXIO: nothing beyond
                return none;
            }
            return rc < 0 ? unknown : rc;
        }
    }

    private void range(Fd from, Fd to, long start, long end, Runnable check) {
        long at = start;
        try (Arena arena = Arena.ofConfined()) {
            var positions = arena.allocate(16, 8);
            while (at < end) {
                check.run();
                positions.set(java.lang.foreign.ValueLayout.JAVA_LONG, 0, at);
                positions.set(java.lang.foreign.ValueLayout.JAVA_LONG, 8, at);
                long n = kernel.call(
                        arena,
                        Sys.COPY_FILE_RANGE,
                        from.number(),
                        positions.address(),
                        to.number(),
                        positions.address() + 8,
                        Math.min(end - at, MOST_AT_ONCE),
                        0);
                if (n <= 0) {
                    break; // between filesystems of another kind, or the file became shorter
                }
                at += n;
            }
        }
        byte[] buffer = new byte[BUFFER];
        while (at < end) {
            check.run();
            int n = files.readAt(from, buffer, 0, (int) Math.min(buffer.length, end - at), at);
            if (n < 0) {
                return;
            }
            files.writeAt(to, buffer, 0, n, at);
            at += n;
        }
    }
}
