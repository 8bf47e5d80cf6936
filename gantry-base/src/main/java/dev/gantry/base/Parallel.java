package dev.gantry.base;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.function.Function;

/// Runs one function over many values on virtual threads: waits for all, and cancels the rest at the first failure.
/// The one place to change when structured concurrency settles.
public final class Parallel {
    private Parallel() {}

    /// The results in the order of `inputs`, at most `limit` running at a time. The first failure interrupts the
    /// others, which are waited for, and is thrown.
    public static <A, B> List<B> map(List<A> inputs, int limit, Function<? super A, ? extends B> f) {
        Semaphore permits = new Semaphore(limit);
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var done = new ExecutorCompletionService<B>(threads);
            List<Future<B>> futures = new ArrayList<>(inputs.size());
            for (A input : inputs) {
                futures.add(done.submit(() -> {
                    permits.acquire();
                    try {
                        return f.apply(input);
                    } finally {
                        permits.release();
                    }
                }));
            }
            try {
                for (int i = 0; i < futures.size(); i++) {
                    done.take().get();
                }
                List<B> results = new ArrayList<>(futures.size());
                for (Future<B> future : futures) {
                    results.add(future.resultNow());
                }
                return results;
            } catch (ExecutionException e) {
                futures.forEach(x -> x.cancel(true));
                if (e.getCause() instanceof RuntimeException r) {
                    throw r;
                }
                if (e.getCause() instanceof Error error) {
                    throw error;
                }
                throw new IllegalStateException("a parallel task threw a checked exception", e.getCause());
            } catch (InterruptedException e) {
                futures.forEach(x -> x.cancel(true));
                Thread.currentThread().interrupt();
                throw new Unavailable("wait for parallel work", "the thread was interrupted", "ask again");
            }
        }
    }
}
