package dev.gantry.buildkit.control;

import dev.gantry.base.Conflict;
import dev.gantry.base.NotFound;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/// The builds that are done now, and the last ones that have ended: who asks how one goes may come late.
final class Jobs {
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final int MOST_ENDED = 8;

    /// Guarded by this, which is notified of each that comes.
    private final Map<String, Job> running = new HashMap<>();

    /// The oldest first. Guarded by this.
    private final Map<String, Job> ended = new LinkedHashMap<>();

    synchronized void add(Job job) {
        if (running.containsKey(job.id()) || ended.containsKey(job.id())) {
            throw new Conflict("build", "there is a build " + job.id() + " already", "start it again");
        }
        running.put(job.id(), job);
        notifyAll();
    }

    synchronized void end(Job job) {
        running.remove(job.id());
        ended.put(job.id(), job);
        if (ended.size() > MOST_ENDED) {
            ended.remove(ended.keySet().iterator().next());
        }
    }

    /// What a build has made, by the name that [Job#keep] gave.
    Solved solved(String name) throws InterruptedException {
        return get(name.substring(0, Math.max(0, name.lastIndexOf('/')))).solved(name);
    }

    /// Its calls come over several connections, in any order.
    synchronized Job get(String id) throws InterruptedException {
        long until = System.nanoTime() + PATIENCE.toNanos();
        Job job = find(id);
        while (job == null) {
            long left = until - System.nanoTime();
            if (left <= 0) {
                throw new NotFound("use the build " + id, "there is none of this id", "start it again");
            }
            wait(left / 1_000_000 + 1);
            job = find(id);
        }
        return job;
    }

    private synchronized @org.jspecify.annotations.Nullable Job find(String id) {
        Job job = running.get(id);
        return job == null ? ended.get(id) : job;
    }
}
