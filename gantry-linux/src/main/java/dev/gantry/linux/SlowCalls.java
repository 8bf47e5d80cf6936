package dev.gantry.linux;

import dev.gantry.base.Unavailable;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/// Calls into file systems that somebody else serves, over a network or by FUSE, and that may never return. A call
/// that blocks in the kernel holds the carrier of its virtual thread, and there are few of these: so each is made on
/// a platform thread of its own, of which there is a bounded number, and is waited for no longer than its deadline.
/// One that passed it cannot be taken back: it ends when the kernel lets it go, and until then the next one on the
/// same subject is refused at once.
public final class SlowCalls {
    private final Semaphore threads;

    /// Those that passed their deadline and have not ended.
    private final Set<Call<?>> hanging = ConcurrentHashMap.newKeySet();

    /// @param atMost so many at the same time
    public SlowCalls(int atMost) {
        this.threads = new Semaphore(atMost);
    }

    /// What a call says while it goes on, so that it is waited for; it throws when nobody waits any more.
    @FunctionalInterface
    public interface Progress {
        /// Of a call that nobody limits.
        Progress FREE = () -> {};

        void made();
    }

    /// What `work` returns or throws. [Unavailable] when it makes no progress for as long as `patience`. A call made
    /// by another one is part of that.
    ///
    /// @param subject whose file system it is: a volume, a path
    public <T> T call(String what, String subject, Duration patience, Function<Progress, T> work) {
        return call(what, subject, patience, work, _ -> {});
    }

    /// @param late gets what `work` returned when nobody waited for it any more
    public <T> T call(String what, String subject, Duration patience, Function<Progress, T> work, Consumer<T> late) {
        if (Thread.currentThread() instanceof CallThread outer) {
            return work.apply(outer.progress);
        }
        if (hanging.stream().anyMatch(call -> call.subject.equals(subject))) {
            throw new Unavailable(
                    what,
                    "the file system of " + subject + " has not answered an earlier call yet",
                    "see whether its server runs");
        }
        if (!acquired(what, patience)) {
            throw new Unavailable(
                    what,
                    "too many calls wait for file systems that do not answer: " + String.join(", ", subjects()),
                    "see whether their servers run");
        }
        Call<T> call = new Call<>(subject, work, late);
        new CallThread(call, call).start();
        return call.await(what, patience);
    }

    /// What `work` on a path of the host returns or throws. Where the kernel knows without asking anybody that the path
    /// lies on a disk of this host, it is done at once.
    public <T> T callAt(Linux linux, String what, Path path, Duration patience, Supplier<T> work) {
        return isOnDisk(linux, path) ? work.get() : call(what, path.toString(), patience, _ -> work.get());
    }

    private static boolean isOnDisk(Linux linux, Path path) {
        try (Fd place = linux.files().open(Fd.CWD, path.toString(), OpenFlags.PATH, 0, Resolve.CACHED)) {
            return linux.attributes().known(place).device() >>> Integer.SIZE != 0; // its major number
        } catch (LinuxError e) {
            return false;
        }
    }

    private Set<String> subjects() {
        return hanging.stream().map(call -> call.subject).collect(Collectors.toCollection(TreeSet::new));
    }

    private boolean acquired(String what, Duration patience) {
        try {
            return threads.tryAcquire(patience.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Unavailable(what, "the work was cancelled", "ask again", e);
        }
    }

    private static final class CallThread extends Thread {
        final Progress progress;

        CallThread(Runnable call, Progress progress) {
            super(call, "gantry-slow-call");
            this.progress = progress;
            setDaemon(true);
        }
    }

    private final class Call<T> implements Runnable, Progress {
        private final String subject;
        private final Function<Progress, T> work;
        private final Consumer<T> late;
        private final CompletableFuture<T> result = new CompletableFuture<>();
        private volatile long lastProgress = System.nanoTime();
        private volatile boolean abandoned;

        /// Guarded by this.
        private boolean ended;

        Call(String subject, Function<Progress, T> work, Consumer<T> late) {
            this.subject = subject;
            this.work = work;
            this.late = late;
        }

        @Override
        public void made() {
            lastProgress = System.nanoTime();
            if (abandoned) {
                throw new Unavailable("go on with " + subject, "nobody waits for it any more", "ask again");
            }
        }

        @Override
        public void run() {
            try {
                T value = work.apply(this);
                if (!result.complete(value)) {
                    late.accept(value);
                }
            } catch (RuntimeException | Error e) {
                result.completeExceptionally(e);
            } finally {
                end();
                threads.release();
            }
        }

        T await(String what, Duration patience) {
            while (true) {
                long left = lastProgress + patience.toNanos() - System.nanoTime();
                try {
                    return result.get(Math.max(left, 0), TimeUnit.NANOSECONDS);
                } catch (TimeoutException e) {
                    if (System.nanoTime() - lastProgress >= patience.toNanos()) {
                        abandon(new Unavailable(
                                what,
                                "the file system of " + subject + " does not answer",
                                "see whether its server runs"));
                    }
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    abandon(new Unavailable(what, "the work was cancelled", "ask again", e));
                } catch (ExecutionException e) {
                    throw failure(e);
                }
            }
        }

        private synchronized void end() {
            ended = true;
            hanging.remove(this);
        }

        /// Unless it ended in this moment: then its result counts.
        private synchronized void abandon(Unavailable why) {
            if (!ended) {
                abandoned = true;
                hanging.add(this);
            }
            result.completeExceptionally(why);
        }

        private RuntimeException failure(ExecutionException e) {
            if (e.getCause() instanceof Error error) {
                throw error;
            }
            return e.getCause() instanceof RuntimeException known ? known : new IllegalStateException(e);
        }
    }
}
