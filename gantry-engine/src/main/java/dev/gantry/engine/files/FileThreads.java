package dev.gantry.engine.files;

import dev.gantry.base.Unavailable;
import java.io.IOException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/// Threads of the platform for work in file systems that others made: one that does not answer holds its own thread,
/// and
/// not those that all requests share.
final class FileThreads {
    private static final int PATIENCE_SECONDS = 30;

    private final Semaphore free;

    FileThreads(int atMost) {
        this.free = new Semaphore(atMost);
    }

    interface Work<T> {
        T run() throws IOException;
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
