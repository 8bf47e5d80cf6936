package dev.gantry.buildkit.control;

import dev.gantry.base.Conflict;
import dev.gantry.base.NotFound;
import java.time.Duration;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/// The builds that are done now, and what was told of the last ones that have ended: who asks how one goes may come
/// late.
final class Jobs {
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final int MOST_ENDED = 8;

    /// What those that have ended may take of the memory; the last one always stays.
    private static final long MOST_BYTES = 8 << 20;

    /// Guarded by this, which is notified of each that comes.
    private final Map<String, Job> running = new HashMap<>();

    /// The oldest first. Guarded by this.
    private final Map<String, Story> ended = new LinkedHashMap<>();

    synchronized void add(Job job) {
        if (running.containsKey(job.id()) || ended.containsKey(job.id())) {
            throw new Conflict("build", "there is a build " + job.id() + " already", "start it again");
        }
        running.put(job.id(), job);
        notifyAll();
    }

    synchronized void end(Job job) {
        running.remove(job.id());
        keep(job.id(), job.progress().story());
    }

    /// What was told of one that has ended.
    synchronized void keep(String id, Story story) {
        ended.put(id, story);
        long bytes = ended.values().stream().mapToLong(Story::cost).sum();
        Iterator<Story> oldest = ended.values().iterator();
        while (ended.size() > MOST_ENDED || (ended.size() > 1 && bytes > MOST_BYTES)) {
            bytes -= oldest.next().cost();
            oldest.remove();
        }
    }

    /// Which that have ended are still known.
    synchronized List<String> kept() {
        return List.copyOf(ended.keySet());
    }

    /// What a build has made that has not ended, by the name that [Job#keep] gave.
    Solved solved(String name) throws InterruptedException {
        return get(name.substring(0, Math.max(0, name.lastIndexOf('/')))).solved(name);
    }

    /// One that has not ended. Its calls come over several connections, in any order.
    Job get(String id) throws InterruptedException {
        return await(id, this::goingOn);
    }

    private Optional<Job> goingOn(String id) {
        if (ended.containsKey(id)) {
            throw new Conflict("use the build " + id, "it has ended", "start it again");
        }
        return Optional.ofNullable(running.get(id));
    }

    /// What is told of a build, or was.
    Story story(String id) throws InterruptedException {
        return await(
                id,
                i -> Optional.ofNullable(ended.get(i))
                        .or(() -> Optional.ofNullable(running.get(i))
                                .map(job -> job.progress().story())));
    }

    private synchronized <T> T await(String id, Function<String, Optional<T>> find) throws InterruptedException {
        long until = System.nanoTime() + PATIENCE.toNanos();
        Optional<T> found = find.apply(id);
        while (found.isEmpty()) {
            long left = until - System.nanoTime();
            if (left <= 0) {
                throw new NotFound("use the build " + id, "there is none of this id", "start it again");
            }
            wait(left / 1_000_000 + 1);
            found = find.apply(id);
        }
        return found.get();
    }
}
