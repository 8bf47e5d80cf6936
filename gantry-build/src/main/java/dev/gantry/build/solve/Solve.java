package dev.gantry.build.solve;

import dev.gantry.base.Digest;
import dev.gantry.base.GantryException;
import dev.gantry.base.Parallel;
import dev.gantry.base.Unavailable;
import dev.gantry.build.graph.Files;
import dev.gantry.build.graph.Vertex;
import dev.gantry.images.image.Layers;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;

/// One build being solved. Interrupting who waits for it cancels it.
public final class Solve implements AutoCloseable {
    private static final int INPUTS_AT_A_TIME = 32;

    private final Solver solver;
    private final Asked asked;
    private final Event.Listener listener;
    private final Layers.Hold hold;
    private final Map<Vertex, CompletableFuture<List<Result>>> known = new ConcurrentHashMap<>();
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
        return switch (files) {
            case Files.None _ ->
                asked.time().map(time -> new Result.Root(List.of(), time)).orElse(Result.Root.EMPTY);
            case Files.Made made -> of(made.by()).get(made.number());
        };
    }

    private List<Result> of(Vertex vertex) throws InterruptedException {
        var mine = new CompletableFuture<List<Result>>();
        CompletableFuture<List<Result>> others = known.putIfAbsent(vertex, mine);
        if (others != null) {
            return await(others);
        }
        try {
            List<Result> results = solved(vertex, inputs(vertex));
            mine.complete(results);
            return results;
        } catch (RuntimeException | InterruptedException e) {
            mine.completeExceptionally(e);
            throw e;
        }
    }

    private static List<Result> await(CompletableFuture<List<Result>> others) throws InterruptedException {
        try {
            return others.get();
        } catch (ExecutionException e) {
            throw Flight.failure(e.getCause() == null ? e : e.getCause());
        }
    }

    private List<Result> inputs(Vertex vertex) throws InterruptedException {
        List<Files> inputs = vertex.inputs();
        if (inputs.size() == 1) {
            return List.of(of(inputs.getFirst()));
        }
        return Parallel.map(inputs, INPUTS_AT_A_TIME, this::alone);
    }

    private Result alone(Files files) {
        try {
            return of(files);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Unavailable("build", "it was cancelled", "start it again", e);
        }
    }

    private List<Result> solved(Vertex vertex, List<Result> inputs) throws InterruptedException {
        Optional<Digest> key = solver.work.key(vertex, inputs, asked);
        boolean again = asked.ignoreCache() || vertex.note().ignoreCache();
        if (key.isPresent() && !again) {
            Optional<List<Result>> cached = solver.cache.find(key.get(), hold);
            if (cached.isPresent()) {
                tell(new Event.Cached(vertex, now()));
                return cached.get();
            }
        }
        tell(new Event.Started(vertex, now()));
        try {
            List<Result> results = key.isPresent() && !again
                    ? together(key.get(), vertex, inputs)
                    : done(vertex, inputs, key, told(vertex));
            hold(results);
            tell(new Event.Done(vertex, now()));
            return results;
        } catch (GantryException | StepFailed e) {
            tell(new Event.Failed(vertex, now(), String.valueOf(e.getMessage())));
            throw e;
        }
    }

    private List<Result> together(Digest key, Vertex vertex, List<Result> inputs) throws InterruptedException {
        Work.Told told = told(vertex);
        while (true) {
            Flight mine = new Flight(
                    vertex.note().name(),
                    t -> done(vertex, inputs, Optional.of(key), t),
                    () -> solver.flights.remove(key));
            Flight flight = solver.flights.putIfAbsent(key, mine);
            if (flight == null) {
                flight = mine;
                started.add(mine);
                mine.join(told);
                mine.start();
            } else if (!flight.join(told)) {
                flight.awaitEnd();
                continue;
            }
            return flight.await(told);
        }
    }

    private List<Result> done(Vertex vertex, List<Result> inputs, Optional<Digest> key, Work.Told told)
            throws InterruptedException {
        solver.turns.acquire();
        try {
            List<Result> results = solver.work.run(vertex, inputs, asked, told);
            hold(results);
            key.ifPresent(k -> solver.cache.put(k, vertex, results));
            return results;
        } finally {
            solver.turns.release();
        }
    }

    private void hold(List<Result> results) {
        for (Result result : results) {
            switch (result) {
                case Result.Root root -> hold.add(root.layers());
                case Result.Source source -> {
                    if (!asked.sources().containsValue(source.tree())) {
                        opened.add(source);
                    }
                }
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
