package dev.gantry.engine.files;

import dev.gantry.base.Unavailable;
import dev.gantry.engine.container.Stalls;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/// Threads of the platform for work in file systems that others made: one that does not answer holds its own
/// thread, and not those that all requests share. A client that is still for too long holds none.
final class FileThreads {
    private static final int PATIENCE_SECONDS = 30;

    private final Semaphore free;
    private final Duration patience;

    FileThreads(int atMost) {
        this(atMost, Stalls.PATIENCE);
    }

    /// @param patience with clients that take or send nothing
    FileThreads(int atMost, Duration patience) {
        this.free = new Semaphore(atMost);
        this.patience = patience;
    }

    interface Work<T> {
        T run() throws IOException;
    }

    interface Sending {
        void to(OutputStream client) throws IOException;
    }

    interface Receiving {
        void from(InputStream client) throws IOException;
    }

    /// Returns when `work` has written all of it to a client.
    void send(String what, OutputStream client, Sending work) throws IOException {
        call(what, () -> {
            try (var stalls = new Stalls(patience)) {
                work.to(stalls.over(client));
                return true;
            }
        });
    }

    /// Returns when `work` has read from a client what it needs.
    void receive(String what, InputStream client, Receiving work) throws IOException {
        call(what, () -> {
            try (var stalls = new Stalls(patience)) {
                work.from(stalls.over(client));
                return true;
            }
        });
    }

    /// Returns when `work` has ended, also when the caller is interrupted: then `work` is, too.
    <T> T call(String what, Work<T> work) throws IOException {
        acquire(what);
        var task = new FutureTask<T>(work::run);
        Thread worker = Thread.ofPlatform().name("gantry-files").daemon().start(() -> {
            try {
                task.run();
            } finally {
                free.release();
            }
        });
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return task.get();
                } catch (InterruptedException e) {
                    interrupted = true;
                    worker.interrupt();
                } catch (ExecutionException e) {
                    throw failure(e);
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private void acquire(String what) {
        try {
            if (!free.tryAcquire(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                throw new Unavailable(what, "too many copies are under way", "ask again later");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Unavailable(what, "the work was cancelled", "ask again", e);
        }
    }

    private static IOException failure(ExecutionException e) {
        return switch (e.getCause()) {
            case IOException io -> io;
            case RuntimeException known -> throw known;
            case Error error -> throw error;
            case null, default -> throw new IllegalStateException(e);
        };
    }
}
