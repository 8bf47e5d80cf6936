package dev.gantry.build.solve;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.gantry.base.Unavailable;
import dev.gantry.images.image.Layers;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;

/// A vertex being done, for all builds that want it now. It ends early when none does any more. Each of them reads on
/// its own thread what is written, so that none waits for what another does with it.
final class Flight {
    /// So much of what a program has written is told to those who come later, and is kept for who reads slowly.
    private static final int KEPT = 1 << 20;

    private static final byte[] CLIPPED = "[output clipped: nobody read it]\n".getBytes(UTF_8);

    private final Duration patience;
    private final Layers.Hold hold;
    private final Thread thread;
    private final CompletableFuture<List<Result>> end = new CompletableFuture<>();

    // The lock of the flight guards what follows.

    private final List<Seat> seats = new ArrayList<>();
    private final List<Said> said = new ArrayList<>();
    private int saidBytes;
    private boolean abandoned;
    private boolean over;

    private record Said(int stream, byte[] bytes) {}

    /// One build's place.
    static final class Seat {
        private final Work.Told told;
        private final Deque<Said> unread = new ArrayDeque<>();
        private int bytes;
        private boolean clipped;

        private Seat(Work.Told told) {
            this.told = told;
        }

        private void hear(Said said) {
            if (!clipped) {
                unread.add(said);
                bytes += said.bytes().length;
            }
        }

        private boolean isFull() {
            return bytes > KEPT && !clipped;
        }

        private void clip() {
            hear(new Said(2, CLIPPED));
            clipped = true;
        }
    }

    interface Doing {
        List<Result> run(Work.Told told, Layers.Hold hold) throws InterruptedException;
    }

    /// @param after is run in any case, when it has ended
    /// @param hold of what it makes, until everybody who waited has taken it over
    /// @param patience with who reads nothing while the program has more to say
    Flight(String name, Doing doing, Runnable after, Layers.Hold hold, Duration patience) {
        this.hold = hold;
        this.patience = patience;
        this.thread = Thread.ofVirtual().name("build " + name).unstarted(() -> {
            try {
                List<Result> results = doing.run(this::tell, hold);
                after.run();
                ended();
                end.complete(results);
            } catch (Throwable e) {
                after.run();
                ended();
                end.completeExceptionally(e);
            }
        });
    }

    void start() {
        thread.start();
    }

    /// For one that will not be started.
    void drop() {
        hold.close();
    }

    private void ended() {
        boolean unwanted;
        synchronized (this) {
            over = true;
            unwanted = seats.isEmpty();
            notifyAll();
        }
        if (unwanted) {
            hold.close();
        }
    }

    private synchronized void tell(int stream, byte[] bytes) {
        var now = new Said(stream, bytes);
        if (saidBytes + bytes.length <= KEPT) {
            said.add(now);
            saidBytes += bytes.length;
        }
        seats.forEach(seat -> seat.hear(now));
        notifyAll();
        long until = System.nanoTime() + patience.toNanos();
        while (seats.stream().anyMatch(Seat::isFull)) {
            long left = until - System.nanoTime();
            if (left <= 0) {
                seats.stream().filter(Seat::isFull).forEach(Seat::clip);
                return;
            }
            try {
                wait(left / 1_000_000 + 1);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    /// Empty when it is too late: nobody wanted it any more.
    synchronized Optional<Seat> join(Work.Told told) {
        if (abandoned) {
            return Optional.empty();
        }
        var seat = new Seat(told);
        said.forEach(seat::hear);
        seats.add(seat);
        return Optional.of(seat);
    }

    private void leave(Seat seat) {
        boolean last;
        synchronized (this) {
            seats.remove(seat);
            notifyAll();
            if (seats.isEmpty()) {
                abandoned = true;
            }
            last = seats.isEmpty() && over;
            if (seats.isEmpty() && !over) {
                thread.interrupt();
            }
        }
        if (last) {
            hold.close();
        }
    }

    /// What comes is told from here, and what that throws ends the waiting alone.
    ///
    /// @param taking over what was made, which others need no longer hold then
    List<Result> await(Seat seat, Consumer<List<Result>> taking) throws InterruptedException {
        try {
            List<Said> heard = heard(seat);
            while (!heard.isEmpty()) {
                heard.forEach(s -> seat.told.log(s.stream(), s.bytes()));
                heard = heard(seat);
            }
            List<Result> results = end.get();
            taking.accept(results);
            return results;
        } catch (ExecutionException e) {
            throw failure(e.getCause() == null ? e : e.getCause());
        } finally {
            leave(seat);
        }
    }

    /// Nothing when it is over.
    private synchronized List<Said> heard(Seat seat) throws InterruptedException {
        while (seat.unread.isEmpty() && !over) {
            wait();
        }
        List<Said> heard = List.copyOf(seat.unread);
        seat.unread.clear();
        seat.bytes = 0;
        seat.clipped = false;
        notifyAll();
        return heard;
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
