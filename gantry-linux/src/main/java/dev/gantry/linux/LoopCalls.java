package dev.gantry.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/// Files as block devices. A device goes back by itself when nothing has it open or mounted any more. loop(4),
/// <linux/loop.h>.
public final class LoopCalls {
    static final int LOOP_GET_STATUS64 = 0x4C05;
    static final int LOOP_CONFIGURE = 0x4C0A;
    static final int LOOP_CTL_GET_FREE = 0x4C82;
    static final int LO_FLAGS_AUTOCLEAR = 4;

    /// `struct loop_config`: u32 fd, u32 block_size, `struct loop_info64`, u64 reserved[8].
    static final int CONFIG_SIZE = 304;

    static final int INFO_SIZE = 232;
    static final int INFO = 8;
    static final int LO_DEVICE = 0;
    static final int LO_INODE = 8;
    static final int LO_FLAGS = 52;
    private static final int ATTEMPTS = 64;

    private final Kernel kernel;
    private final FileCalls files;
    private final AttributeCalls attributes;

    LoopCalls(Kernel kernel) {
        this.kernel = kernel;
        this.files = new FileCalls(kernel);
        this.attributes = new AttributeCalls(kernel);
    }

    /// A device over a file, held open: it is there at least as long as this.
    public record Loop(Fd device, String path) implements AutoCloseable {
        @Override
        public void close() {
            device.close();
        }
    }

    /// The device that is over `file` already, else a new one: two devices over one file would be two file systems over
    /// the same blocks.
    public Loop attach(Fd file) {
        for (int n = 0; ; n++) {
            String path = "/dev/loop" + n;
            try {
                Fd device = files.open(Fd.CWD, path, OpenFlags.READ_WRITE, 0, Resolve.ANY);
                if (isOver(device, file)) {
                    return new Loop(device, path);
                }
                device.close();
            } catch (LinuxError e) {
                if (e.is(Errno.ENOENT)) {
                    break;
                }
            }
        }
        return fresh(file);
    }

    private boolean isOver(Fd device, Fd file) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment info = arena.allocate(INFO_SIZE, 8);
            long rc = kernel.call(arena, Sys.IOCTL, device.number(), LOOP_GET_STATUS64, info.address(), 0, 0, 0);
            if (rc < 0) {
                return false; // over nothing
            }
            Stat stat = attributes.stat(file);
            return info.get(JAVA_LONG, LO_INODE) == stat.inode() && info.get(JAVA_LONG, LO_DEVICE) == encoded(stat);
        }
    }

    /// As the kernel's `huge_encode_dev` puts major and minor into one number.
    private static long encoded(Stat stat) {
        int major = (int) (stat.device() >>> 32);
        int minor = (int) stat.device();
        return DirectoryCalls.device(major, minor);
    }

    private Loop fresh(Fd file) {
        LinuxError last = new LinuxError(Sys.IOCTL.callName(), "/dev/loop-control", Errno.EBUSY);
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            String path = "/dev/loop" + free();
            Fd device = files.open(Fd.CWD, path, OpenFlags.READ_WRITE, 0, Resolve.ANY);
            try {
                configure(device, file);
                return new Loop(device, path);
            } catch (LinuxError e) {
                device.close();
                if (!e.is(Errno.EBUSY)) {
                    throw e;
                }
                last = e; // another was faster
            }
        }
        throw last;
    }

    private long free() {
        try (Arena arena = Arena.ofConfined();
                Fd control = files.open(Fd.CWD, "/dev/loop-control", OpenFlags.READ_WRITE, 0, Resolve.ANY)) {
            long rc = kernel.call(arena, Sys.IOCTL, control.number(), LOOP_CTL_GET_FREE, 0, 0, 0, 0);
            if (rc < 0) {
                throw LinuxError.of(Sys.IOCTL, "/dev/loop-control", rc);
            }
            return rc;
        }
    }

    private void configure(Fd device, Fd file) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment config = arena.allocate(CONFIG_SIZE, 8);
            config.set(JAVA_INT, 0, file.number());
            config.set(JAVA_INT, INFO + LO_FLAGS, LO_FLAGS_AUTOCLEAR);
            long rc = kernel.call(arena, Sys.IOCTL, device.number(), LOOP_CONFIGURE, config.address(), 0, 0, 0);
            if (rc < 0) {
                throw LinuxError.of(Sys.IOCTL, "LOOP_CONFIGURE " + device, rc);
            }
        }
    }
}
