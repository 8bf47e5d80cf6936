package dev.gantry.engine.container;

import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Work on a thread of its own while its owner does something else. It is joined before the owner goes on, also when
/// either fails or is interrupted, for both work on the same things.
final class Meanwhile<T> {
    private static final Logger LOG = LoggerFactory.getLogger(Meanwhile.class);

    private final FutureTask<T> work;

    private Meanwhile(FutureTask<T> work) {
        this.work = work;
    }

    static <T> Meanwhile<T> start(Supplier<T> what) {
        var work = new FutureTask<>(what::get);
        Thread.startVirtualThread(work);
        return new Meanwhile<>(work);
    }

    static Meanwhile<?> start(Runnable what) {
        var work = new FutureTask<>(what, true);
        Thread.startVirtualThread(work);
        return new Meanwhile<>(work);
    }

    /// The result; what failed there fails here. An interruption is kept for later.
    T joined() {
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return work.get();
                } catch (InterruptedException e) {
                    interrupted = true;
                } catch (ExecutionException e) {
                    throw e.getCause() instanceof RuntimeException known ? known : new IllegalStateException(e);
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /// Waits for the end of what nobody wants any more.
    void joinedQuietly() {
        try {
            joined();
        } catch (RuntimeException e) {
            LOG.debug("not done, and not wanted: {}", e.toString());
        }
    }

    /// The owner has failed, and this is told first, whatever became of the other.
    @Nullable
    T joinedAfter(RuntimeException failure) {
        try {
            return joined();
        } catch (RuntimeException also) {
            failure.addSuppressed(also);
            return null;
        }
    }
}
