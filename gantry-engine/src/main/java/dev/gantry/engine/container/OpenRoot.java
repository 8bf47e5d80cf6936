package dev.gantry.engine.container;

import dev.gantry.base.ContainerId;
import dev.gantry.base.IdMap;
import dev.gantry.base.Unavailable;
import dev.gantry.images.snapshot.RootFs;
import dev.gantry.linux.Fd;
import java.io.FilterInputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import org.jspecify.annotations.Nullable;

/// The root of a container as a descriptor, with what is mounted in it: paths below it are for `RESOLVE_IN_ROOT`. It
/// keeps these mounts for as long as it is open, so that the next start waits for it, and cuts it if it takes too long.
public final class OpenRoot implements AutoCloseable {
    private final StoredContainer row;
    private final RootFs layers;
    private final Fd fd;
    private final IdMap ids;
    private final Runnable done;

    /// Guarded by this.
    private @Nullable Thread worker;

    /// Written under this.
    private volatile boolean cut;

    /// Guarded by this.
    private boolean closed;

    OpenRoot(StoredContainer row, RootFs layers, Fd fd, Runnable done) {
        this(row, layers, fd, IdMap.SAME, done);
    }

    /// @param ids what owners of files in it are to the container
    OpenRoot(StoredContainer row, RootFs layers, Fd fd, IdMap ids, Runnable done) {
        this.ids = ids;
        this.row = row;
        this.layers = layers;
        this.fd = fd;
        this.done = done;
    }

    public Fd fd() {
        return fd;
    }

    public IdMap ids() {
        return ids;
    }

    ContainerId id() {
        return row.id();
    }

    public ContainerSpec spec() {
        return row.spec();
    }

    public String name() {
        return row.name();
    }

    public RootFs layers() {
        return layers;
    }

    /// From now on this thread works with it, and is interrupted when it is time to stop.
    public synchronized void working() {
        worker = Thread.currentThread();
        if (cut) {
            worker.interrupt();
        }
    }

    /// The same bytes for as long as there is time: who works with this root reads through this, for one that never has
    /// to wait never notices an interrupt.
    public InputStream whileOpen(InputStream in) {
        return new FilterInputStream(in) {
            @Override
            public int read() throws IOException {
                check();
                return in.read();
            }

            @Override
            public int read(byte[] into, int from, int length) throws IOException {
                check();
                return in.read(into, from, length);
            }

            @Override
            public long skip(long n) throws IOException {
                check();
                return in.skip(n);
            }
        };
    }

    /// The same for one who writes.
    public OutputStream whileOpen(OutputStream out) {
        return new FilterOutputStream(out) {
            @Override
            public void write(int b) throws IOException {
                check();
                out.write(b);
            }

            @Override
            public void write(byte[] bytes, int from, int length) throws IOException {
                check();
                out.write(bytes, from, length);
            }
        };
    }

    private void check() throws IOException {
        boolean interrupted = Thread.currentThread().isInterrupted(); // before `cut`, which is why, if it is
        if (cut) {
            throw new Unavailable(
                    "copy files of container " + name(), "it is being started or removed", "copy them again");
        }
        if (interrupted) {
            throw new InterruptedIOException("interrupted while copying files of container " + name());
        }
    }

    /// Nobody waits for who uses it any longer.
    synchronized void cut() {
        cut = true;
        Thread now = worker;
        if (now != null) {
            now.interrupt();
        }
    }

    @Override
    public void close() {
        synchronized (this) {
            worker = null;
            if (closed) {
                return;
            }
            closed = true;
        }
        done.run();
    }
}
