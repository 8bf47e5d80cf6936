package dev.gantry.linux;

import java.lang.System.Logger.Level;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/// A directory of what is to be deleted. What is thrown in is gone from its place at once, whole, and is deleted in the
/// background: a tree of a million files keeps nobody waiting. What a crash leaves in it is deleted by the next one.
public final class Trash implements AutoCloseable {
    private static final int LIST = OpenFlags.READ | OpenFlags.DIRECTORY;
    private static final long IDLE_SECONDS = 2;
    private static final long CLOSE_SECONDS = 10;

    private final Linux linux;
    private final Fd directory;
    private final AtomicLong taken = new AtomicLong(System.currentTimeMillis());
    private final ThreadPoolExecutor worker = new ThreadPoolExecutor(
            1,
            1,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            Thread.ofPlatform().name("gantry-trash").daemon(true).factory());

    /// `name` in `parent` is a directory that has nothing but trash in it.
    public Trash(Linux linux, Fd parent, String name) {
        this.linux = linux;
        worker.allowCoreThreadTimeOut(true);
        directory = linux.files().open(parent, name, LIST, 0, Resolve.PLAIN);
        try {
            linux.directories().entries(directory).forEach(entry -> deleteLater(entry.name()));
        } catch (LinuxError e) {
            directory.close();
            throw e;
        }
    }

    /// Throws away `name` in `parent`. What is absent is not an error. What is on another filesystem cannot be put
    /// aside: it is deleted where it is, and whoever throws it away waits for that.
    public void take(Fd parent, String name) {
        while (true) {
            String here = "gone-" + taken.incrementAndGet();
            try {
                linux.directories().renameNew(parent, name, directory, here);
                deleteLater(here);
                return;
            } catch (LinuxError e) {
                if (e.is(Errno.ENOENT)) {
                    return;
                }
                if (e.is(Errno.EXDEV)) {
                    linux.trees().delete(parent, name);
                    return;
                }
                if (!e.is(Errno.EEXIST)) {
                    throw e;
                }
                // The clock was set back since another process threw something away: the next number may be free.
            }
        }
    }

    private void deleteLater(String name) {
        worker.execute(() -> {
            try {
                linux.trees().delete(directory, name);
            } catch (LinuxError e) {
                // It stays for the next time.
                System.getLogger("dev.gantry.linux").log(Level.WARNING, "trash left: " + name + ": " + e.getMessage());
            }
        });
    }

    /// Returns when all is deleted; or after ten seconds, with the rest left for the next time.
    @Override
    public void close() {
        worker.shutdown();
        try {
            if (!worker.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS)) {
                worker.shutdownNow();
            }
        } catch (InterruptedException e) {
            worker.shutdownNow();
            Thread.currentThread().interrupt();
        }
        if (worker.isTerminated()) {
            directory.close(); // else a deletion is under way with it, and ends with the process
        }
    }
}
