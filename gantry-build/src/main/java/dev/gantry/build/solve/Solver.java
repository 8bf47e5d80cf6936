package dev.gantry.build.solve;

import dev.gantry.base.Digest;
import dev.gantry.build.graph.Files;
import dev.gantry.build.graph.Vertex;
import dev.gantry.images.image.Layers;
import java.time.Clock;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;

/// Solves graphs, for any number of builds at a time.
public final class Solver {
    final Work work;
    final Cache cache;
    final Layers layers;
    final Clock clock;
    final Semaphore turns;
    final Map<Digest, Flight> flights = new ConcurrentHashMap<>();

    /// @param parallel how many programs run at the same time
    public Solver(Work work, Cache cache, Layers layers, Clock clock, int parallel) {
        this.work = work;
        this.cache = cache;
        this.layers = layers;
        this.clock = clock;
        this.turns = new Semaphore(parallel, true);
    }

    /// One build. What it has made stays until it is closed, and longer as far as the cache goes.
    public Solve begin(Asked asked, Event.Listener listener) {
        return new Solve(this, asked, listener);
    }

    /// All vertices that a tree needs, each after those that it needs.
    public static List<Vertex> order(Files target) {
        var all = new LinkedHashSet<Vertex>();
        var way = new ArrayDeque<Visit>();
        enter(target, way, all);
        while (!way.isEmpty()) {
            Visit visit = way.peek();
            if (visit.inputs().hasNext()) {
                enter(visit.inputs().next(), way, all);
            } else {
                all.add(way.pop().vertex());
            }
        }
        return List.copyOf(all);
    }

    /// @param inputs that were not looked at yet
    private record Visit(Vertex vertex, Iterator<Files> inputs) {}

    private static void enter(Files files, Deque<Visit> way, Set<Vertex> all) {
        if (files instanceof Files.Made made && !all.contains(made.by())) {
            way.push(new Visit(made.by(), made.by().inputs().iterator()));
        }
    }
}
