package dev.gantry.engine.container;

import dev.gantry.images.snapshot.RootFs;
import dev.gantry.linux.Fd;
import org.jspecify.annotations.Nullable;

/// The root of a container as a descriptor, with what is mounted in it: paths below it are for `RESOLVE_IN_ROOT`. That
/// of a container which does not run is there for its users alone, and a start waits for them.
public final class OpenRoot implements AutoCloseable {
    private final StoredContainer row;
    private final RootFs layers;
    private final Fd fd;
    private final Runnable done;

    /// Guarded by this.
    private @Nullable Thread worker;

    /// Guarded by this.
    private boolean cut;

    /// Guarded by this.
    private boolean closed;

    OpenRoot(StoredContainer row, RootFs layers, Fd fd, Runnable done) {
        this.row = row;
        this.layers = layers;
        this.fd = fd;
        this.done = done;
    }

    public Fd fd() {
        return fd;
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
