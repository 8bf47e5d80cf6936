package dev.gantry.build.solve;

import dev.gantry.base.Unavailable;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/// A vertex being done, for all builds that want it now. It ends early when none does any more.
final class Flight {
    /// So much of what a program has written is told to those who come later.
    private static final int KEPT = 1 << 20;

    /// Who waits is told what is written.
    private final List<Work.Told> waiting = new ArrayList<>();

    private record Said(int stream, byte[] bytes) {}

    private final List<Said> said = new ArrayList<>();
    private int saidBytes;
    private boolean abandoned;
    private final CompletableFuture<List<Result>> end = new CompletableFuture<>();
    private final Thread thread;

    interface Doing {
        List<Result> run(Work.Told told) throws InterruptedException;
    }

    /// @param after is run in any case, when it has ended
    Flight(String name, Doing doing, Runnable after) {
        this.thread = Thread.ofVirtual().name("build " + name).unstarted(() -> {
            try {
                List<Result> results = doing.run(this::tell);
                after.run();
                end.complete(results);
            } catch (Throwable e) {
                after.run();
                end.completeExceptionally(e);
            }
        });
    }

    void start() {
        thread.start();
    }

    private synchronized void tell(int stream, byte[] bytes) {
        if (saidBytes + bytes.length <= KEPT) {
            said.add(new Said(stream, bytes));
            saidBytes += bytes.length;
        }
        waiting.forEach(w -> w.log(stream, bytes));
    }

    /// False when it is too late: nobody wanted it any more.
    synchronized boolean join(Work.Told told) {
        if (abandoned) {
            return false;
        }
        said.forEach(s -> told.log(s.stream(), s.bytes()));
        waiting.add(told);
        return true;
    }

    private synchronized void leave(Work.Told told) {
        waiting.remove(told);
        if (waiting.isEmpty() && !end.isDone()) {
            abandoned = true;
            thread.interrupt();
        }
    }

    List<Result> await(Work.Told told) throws InterruptedException {
        try {
            return end.get();
        } catch (ExecutionException e) {
            throw failure(e.getCause() == null ? e : e.getCause());
        } finally {
            leave(told);
        }
    }

    /// Returns when nothing is done for it any more.
    void awaitEnd() {
        end.handle((_, _) -> "").join();
    }

    boolean isOver() {
        return end.isDone();
    }

    static RuntimeException failure(Throwable cause) {
        return switch (cause) {
            case RuntimeException e -> e;
            case Error e -> throw e;
            case InterruptedException e -> new Unavailable("build", "it was cancelled", "start it again", e);
            default -> new IllegalStateException("a step throws nothing else", cause);
        };
    }
}
