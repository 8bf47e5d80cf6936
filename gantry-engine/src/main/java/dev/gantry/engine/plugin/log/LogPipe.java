package dev.gantry.engine.plugin.log;

import dev.gantry.linux.Errno;
import dev.gantry.linux.Fd;
import dev.gantry.linux.FileType;
import dev.gantry.linux.Linux;
import dev.gantry.linux.LinuxError;
import dev.gantry.linux.OpenFlags;
import dev.gantry.linux.Resolve;
import java.io.IOException;
import java.time.Duration;

/// The named pipe to a plugin, in a directory that may be the plugin's own. Nothing here waits for the plugin in the
/// kernel.
final class LogPipe implements AutoCloseable {
    /// What goes as a whole or not at all, pipe(7) PIPE_BUF.
    private static final int PIECE = 4096;

    private static final int FIFO = 0010000; // S_IFIFO, <sys/stat.h>
    private static final int OPEN = OpenFlags.NON_BLOCKING | OpenFlags.NO_FOLLOW;
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final Duration LONGEST_PAUSE = Duration.ofMillis(50);

    private final Linux linux;
    private final Fd directory;
    private final String name;
    private final Fd writer;

    /// A reader of our own, until the plugin is one: without any, nothing can be written.
    private final Fd guard;

    /// Guarded by this, and with it the use of the descriptors.
    private boolean closed;

    private LogPipe(Linux linux, Fd directory, String name, Fd guard, Fd writer) {
        this.linux = linux;
        this.directory = directory;
        this.name = name;
        this.guard = guard;
        this.writer = writer;
    }

    /// Makes it, in a directory that is there; a name is used once.
    static LogPipe in(Linux linux, String directory, String name) {
        Fd place = linux.files().openDirectory(directory);
        try {
            linux.directories().makeNode(place, name, FIFO | 0600, 0, 0);
            Fd guard = linux.files().open(place, name, OpenFlags.READ | OPEN, 0, Resolve.PLAIN);
            try {
                Fd writer = linux.files().open(place, name, OpenFlags.WRITE | OPEN, 0, Resolve.PLAIN);
                if (linux.attributes().stat(writer).type() != FileType.FIFO) {
                    writer.close();
                    throw new LinuxError("open", name, Errno.EINVAL);
                }
                return new LogPipe(linux, place, name, guard, writer);
            } catch (LinuxError e) {
                guard.close();
                throw e;
            }
        } catch (LinuxError e) {
            place.close();
            throw e;
        }
    }

    void write(byte[] bytes) throws IOException {
        for (int from = 0; from < bytes.length; ) {
            int count = Math.min(PIECE, bytes.length - from);
            int begin = from;
            until("it does not take what is logged", () -> wrote(bytes, begin, count));
            from += count;
        }
    }

    private synchronized boolean wrote(byte[] bytes, int from, int count) throws IOException {
        requireOpen();
        try {
            linux.files().write(writer, bytes, from, count);
            return true;
        } catch (LinuxError e) {
            if (e.is(Errno.EAGAIN)) {
                return false;
            }
            throw new IOException("it does not read any more", e);
        }
    }

    /// Returns when the plugin has taken all of it.
    void drain() throws IOException {
        until("it does not take what is logged", this::isEmpty);
        guard.close(); // its own reader is there
    }

    private synchronized boolean isEmpty() throws IOException {
        requireOpen();
        try {
            return linux.files().unread(writer) == 0;
        } catch (LinuxError e) {
            throw new IOException("it does not read any more", e);
        }
    }

    private void requireOpen() throws IOException {
        if (closed) {
            throw new IOException("it is closed");
        }
    }

    @FunctionalInterface
    private interface Condition {
        boolean holds() throws IOException;
    }

    private void until(String otherwise, Condition condition) throws IOException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        for (Duration pause = Duration.ofMillis(1); !condition.holds(); pause = pause.multipliedBy(2)) {
            if (System.nanoTime() > deadline) {
                throw new IOException(otherwise);
            }
            try {
                Thread.sleep(pause.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : pause);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IOException("interrupted", e);
            }
        }
    }

    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        guard.close();
        writer.close();
        try {
            linux.directories().unlink(directory, name);
        } catch (LinuxError e) {
            // The plugin took it away.
        }
        directory.close();
    }
}
