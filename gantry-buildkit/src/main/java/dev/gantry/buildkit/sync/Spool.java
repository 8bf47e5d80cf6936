package dev.gantry.buildkit.sync;

import dev.gantry.linux.Fd;
import dev.gantry.linux.Linux;
import dev.gantry.linux.LinuxError;
import dev.gantry.linux.OpenFlags;
import dev.gantry.linux.Resolve;
import java.util.concurrent.atomic.AtomicLong;

/// Bytes of files, one after the other in one file that has no name: whatever ends this process, it is gone. Any number
/// of
/// threads write to it, each where it has reserved room. It is closed with the last of its users.
final class Spool {
    private static final AtomicLong COUNT = new AtomicLong();

    private final Linux linux;
    private final Fd file;
    private final AtomicLong end = new AtomicLong();

    /// Guarded by this.
    private int users = 1;

    private Spool(Linux linux, Fd file) {
        this.linux = linux;
        this.file = file;
    }

    /// @param directory for it
    static Spool in(Linux linux, Fd directory) {
        String name = "sync-" + COUNT.incrementAndGet();
        try {
            Fd file = linux.files()
                    .open(
                            directory,
                            name,
                            OpenFlags.READ_WRITE | OpenFlags.CREATE | OpenFlags.EXCLUSIVE,
                            0600,
                            Resolve.PLAIN);
            linux.directories().unlink(directory, name);
            return new Spool(linux, file);
        } catch (LinuxError e) {
            throw e.during("keep the files of a build");
        }
    }

    synchronized void use() {
        users++;
    }

    synchronized void leave() {
        users--;
        if (users == 0) {
            file.close();
        }
    }

    /// Whether somebody reads or fills it beside the one who keeps it.
    synchronized boolean inUse() {
        return users > 1;
    }

    long size() {
        return end.get();
    }

    /// Where `length` bytes may be written.
    long reserve(long length) {
        return end.getAndAdd(length);
    }

    void write(byte[] bytes, int from, int length, long at) {
        try {
            linux.files().writeAt(file, bytes, from, length, at);
        } catch (LinuxError e) {
            throw e.during("keep the files of a build");
        }
    }

    /// All of it; fails when it is not there.
    void read(byte[] into, int from, int length, long at) {
        try {
            for (int done = 0; done < length; ) {
                int n = linux.files().readAt(file, into, from + done, length - done, at + done);
                if (n <= 0) {
                    throw new IllegalStateException("the files of the build are cut");
                }
                done += n;
            }
        } catch (LinuxError e) {
            throw e.during("read the files of a build");
        }
    }

    void append(Fd to, byte[] bytes, int length) {
        try {
            linux.files().write(to, bytes, 0, length);
        } catch (LinuxError e) {
            throw e.during("copy a file of a build");
        }
    }
}
