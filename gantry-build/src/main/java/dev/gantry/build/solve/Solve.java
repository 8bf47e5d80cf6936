package dev.gantry.build.solve;

import dev.gantry.base.Digest;
import dev.gantry.base.GantryException;
import dev.gantry.base.Parallel;
import dev.gantry.base.Unavailable;
import dev.gantry.build.graph.Files;
import dev.gantry.build.graph.Op;
import dev.gantry.build.graph.Vertex;
import dev.gantry.images.image.Layers;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;

/// One build being solved. Interrupting who waits for it cancels it.
public final class Solve implements AutoCloseable {
    /// So long a program waits for a client that does not read what it writes.
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final Solver solver;
    private final Asked asked;
    private final Event.Listener listener;
    private final Layers.Hold hold;
    private final Map<Vertex, CompletableFuture<List<Result>>> known = new ConcurrentHashMap<>();
    private final Map<Vertex, Digest> keys = new ConcurrentHashMap<>();
    private final Set<Flight> started = ConcurrentHashMap.newKeySet();
    private final Set<Result.Source> opened = ConcurrentHashMap.newKeySet();
    private final Object telling = new Object();

    Solve(Solver solver, Asked asked, Event.Listener listener) {
        this.solver = solver;
        this.asked = asked;
        this.listener = listener;
        this.hold = solver.layers.hold();
    }

    public Result of(Files files) throws InterruptedException {
        if (files instanceof Files.Made) {
            solve(files);
        }
        return made(files);
    }

    /// Each vertex waits for those it needs on a thread of its own: however long a chain of them, no stack is.
    private void solve(Files target) throws InterruptedException {
        List<Vertex> mine = new ArrayList<>();
        for (Vertex vertex : Solver.order(target)) {
            if (known.putIfAbsent(vertex, new CompletableFuture<>()) == null) {
                mine.add(vertex);
            }
        }
        try {
            Parallel.map(mine, mine.size(), this::alone);
        } catch (Unavailable e) {
            if (Thread.interrupted()) {
                throw (InterruptedException) new InterruptedException("the build was cancelled").initCause(e);
            }
            throw e;
        } finally {
            mine.forEach(vertex -> future(vertex)
                    .completeExceptionally(cancelled(new InterruptedException("the build was cancelled"))));
        }
    }

    private List<Result> alone(Vertex vertex) {
        try {
            List<Result> inputs = new ArrayList<>();
            for (Files input : vertex.inputs()) {
                inputs.add(made(input));
            }
            List<Result> results = solved(vertex, inputs);
            future(vertex).complete(results);
            return results;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            Unavailable cancelled = cancelled(e);
            future(vertex).completeExceptionally(cancelled);
            throw cancelled;
        } catch (Throwable e) {
            future(vertex).completeExceptionally(e);
            throw e;
        }
    }

    private static Unavailable cancelled(InterruptedException cause) {
        return new Unavailable("build", "it was cancelled", "start it again", cause);
    }

    private CompletableFuture<List<Result>> future(Vertex vertex) {
        return Objects.requireNonNull(known.get(vertex), "what is needed is known first");
    }

    private Result made(Files files) throws InterruptedException {
        return switch (files) {
            case Files.None _ ->
                asked.time().map(time -> new Result.Root(List.of(), time)).orElse(Result.Root.EMPTY);
            case Files.Made made -> {
                try {
                    yield future(made.by()).get().get(made.number());
                } catch (ExecutionException e) {
                    throw Flight.failure(e.getCause() == null ? e : e.getCause());
                }
            }
        };
    }

    private List<Result> solved(Vertex vertex, List<Result> inputs) throws InterruptedException {
        Optional<Digest> key = solver.work.key(vertex, inputs, asked);
        key.ifPresent(k -> keys.put(vertex, k));
        boolean again = asked.ignoreCache() || vertex.note().ignoreCache();
        if (key.isPresent() && !again) {
            Optional<List<Result>> cached = solver.cache.find(key.get(), hold).or(() -> far(key.get(), vertex));
            if (cached.isPresent()) {
                tell(new Event.Cached(vertex, now()));
                return cached.get();
            }
        }
        tell(new Event.Started(vertex, now()));
        try {
            List<Result> results =
                    key.isPresent() && !again ? together(key.get(), vertex, inputs) : apart(key, vertex, inputs);
            tell(new Event.Done(vertex, now()));
            return results;
        } catch (GantryException | StepFailed e) {
            tell(new Event.Failed(vertex, now(), String.valueOf(e.getMessage())));
            throw e;
        }
    }

    /// What others know counts for this build alone, which has named them.
    private Optional<List<Result>> far(Digest key, Vertex vertex) {
        for (FarCache far : asked.far()) {
            Optional<List<Result.Root>> found = far.find(key, hold);
            if (found.isPresent() && found.get().size() == vertex.op().results()) {
                return Optional.of(List.copyOf(found.get()));
            }
        }
        return Optional.empty();
    }

    /// What the steps of this build that are known by a key have made.
    public Map<Digest, List<Result.Root>> records() {
        var records = new HashMap<Digest, List<Result.Root>>();
        keys.forEach((vertex, key) -> {
            List<Result> results = future(vertex).getNow(List.of());
            List<Result.Root> roots = results.stream()
                    .filter(Result.Root.class::isInstance)
                    .map(Result.Root.class::cast)
                    .toList();
            if (!roots.isEmpty() && roots.size() == results.size()) {
                records.put(key, roots);
            }
        });
        return records;
    }

    /// Layers of the images that it has begun from.
    public Set<Layers.Layer> bases() {
        var bases = new HashSet<Layers.Layer>();
        known.forEach((vertex, future) -> {
            if (vertex.op() instanceof Op.ImageSource && future.isDone() && !future.isCompletedExceptionally()) {
                future.getNow(List.of()).forEach(result -> {
                    if (result instanceof Result.Root root) {
                        bases.addAll(root.layers());
                    }
                });
            }
        });
        return bases;
    }

    /// With whoever wants the same now.
    private List<Result> together(Digest key, Vertex vertex, List<Result> inputs) throws InterruptedException {
        Work.Told told = told(vertex);
        while (true) {
            Flight mine = flight(Optional.of(key), vertex, inputs, () -> solver.flights.remove(key));
            // Before others see it: they may leave at once, and it must not end then.
            Flight.Seat first = mine.join(told).orElseThrow();
            Flight other = solver.flights.putIfAbsent(key, mine);
            if (other == null) {
                return flown(mine, first);
            }
            mine.drop();
            Optional<Flight.Seat> seat = other.join(told);
            if (seat.isPresent()) {
                return other.await(seat.get(), this::hold);
            }
            other.awaitEnd();
            Optional<List<Result>> cached = solver.cache.find(key, hold);
            if (cached.isPresent()) {
                return cached.get();
            }
        }
    }

    private List<Result> apart(Optional<Digest> key, Vertex vertex, List<Result> inputs) throws InterruptedException {
        Flight mine = flight(key, vertex, inputs, () -> {});
        return flown(mine, mine.join(told(vertex)).orElseThrow());
    }

    private Flight flight(Optional<Digest> key, Vertex vertex, List<Result> inputs, Runnable after) {
        return new Flight(
                vertex.note().name(),
                (told, held) -> {
                    var means = new Work.Means(told, held, solver.turns);
                    List<Result> results = solver.work.run(vertex, inputs, asked, means);
                    key.ifPresent(k -> solver.cache.put(k, vertex, results));
                    return results;
                },
                after,
                solver.layers.hold(),
                PATIENCE);
    }

    private List<Result> flown(Flight flight, Flight.Seat seat) throws InterruptedException {
        started.add(flight);
        flight.start();
        return flight.await(seat, this::hold);
    }

    private void hold(List<Result> results) {
        for (Result result : results) {
            switch (result) {
                case Result.Root root -> hold.add(root.layers());
                case Result.Source source -> opened.add(source);
            }
        }
    }

    private Work.Told told(Vertex vertex) {
        return (stream, bytes) -> tell(new Event.Log(vertex, now(), stream, bytes));
    }

    private void tell(Event event) {
        synchronized (telling) {
            listener.on(event);
        }
    }

    private Instant now() {
        return solver.clock.instant();
    }

    /// What it has started for others too goes on; `after` is run when nothing uses what it was given any more.
    public void closeThen(Runnable after) {
        List<Flight> left = new ArrayList<>(started);
        Runnable end = () -> {
            left.forEach(Flight::awaitEnd);
            opened.forEach(source -> source.tree().close());
            hold.close();
            after.run();
        };
        if (left.stream().allMatch(Flight::isOver)) {
            end.run();
        } else {
            Thread.startVirtualThread(end);
        }
    }

    @Override
    public void close() {
        closeThen(() -> {});
    }
}
