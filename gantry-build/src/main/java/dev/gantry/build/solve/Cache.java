package dev.gantry.build.solve;

import dev.gantry.base.Digest;
import dev.gantry.build.graph.Vertex;
import dev.gantry.images.image.Layers;
import dev.gantry.linux.Linux;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// What vertices have made, by their keys: in memory, and in a file each, so that the next process knows it too. The
/// layers stay as long as a record does. When there is more than the limit, what was used longest ago goes.
public final class Cache implements AutoCloseable {
    private final Layers layers;
    private final Clock clock;
    private final CacheFiles files;
    private final long limit;

    /// Guards what follows.
    private final Object lock = new Object();

    private final Map<Digest, Kept> kept = new HashMap<>();

    private static final class Kept {
        final CacheRecord record;
        final Layers.Hold hold;
        Instant used;
        int uses;

        Kept(CacheRecord record, Layers.Hold hold, Instant used) {
            this.record = record;
            this.hold = hold;
            this.used = used;
        }
    }

    /// What a user is told of a record.
    public record Row(String id, String description, long bytes, Instant created, Instant used, int uses) {}

    /// What was taken away.
    public record Pruned(List<String> ids, long bytes) {
        public Pruned {
            ids = List.copyOf(ids);
        }
    }

    /// @param limit bytes that the records may hold altogether
    public Cache(Linux linux, Path directory, Layers layers, Clock clock, long limit) {
        this.layers = layers;
        this.clock = clock;
        this.limit = limit;
        this.files = new CacheFiles(linux, directory);
        for (CacheFiles.Stored stored : files.all()) {
            CacheRecord record = stored.record();
            Layers.Hold hold = layers.hold();
            record.results().forEach(root -> hold.add(root.layers()));
            if (record.results().stream().allMatch(root -> layers.contains(root.layers()))) {
                kept.put(record.key(), new Kept(record, hold, stored.used()));
            } else {
                hold.close();
                files.remove(record.key());
            }
        }
    }

    Optional<List<Result>> find(Digest key, Layers.Hold forWhom) {
        synchronized (lock) {
            Kept found = kept.get(key);
            if (found == null) {
                return Optional.empty();
            }
            for (Result.Root root : found.record.results()) {
                forWhom.add(root.layers());
                if (!layers.contains(root.layers())) {
                    remove(found);
                    return Optional.empty();
                }
            }
            found.used = clock.instant();
            found.uses++;
            files.used(key, found.used);
            return Optional.of(List.copyOf(found.record.results()));
        }
    }

    void put(Digest key, Vertex vertex, List<Result> results) {
        List<Result.Root> roots = new ArrayList<>();
        for (Result result : results) {
            if (!(result instanceof Result.Root root)) {
                return;
            }
            roots.add(root);
        }
        long bytes =
                roots.stream().mapToLong(root -> layers.size(root.layers())).sum();
        var record = new CacheRecord(key, vertex.toString(), bytes, clock.instant(), roots);
        Layers.Hold hold = layers.hold();
        roots.forEach(root -> hold.add(root.layers()));
        files.put(record);
        synchronized (lock) {
            Kept before = kept.put(key, new Kept(record, hold, record.created()));
            if (before != null) {
                before.hold.close();
            }
            shrink(limit, Instant.MAX);
        }
    }

    public List<Row> rows() {
        synchronized (lock) {
            return kept.values().stream()
                    .sorted(Comparator.comparing((Kept k) -> k.used).reversed())
                    .map(Cache::row)
                    .toList();
        }
    }

    private static Row row(Kept k) {
        CacheRecord r = k.record;
        return new Row(r.id(), r.description(), r.bytes(), r.created(), k.used, k.uses);
    }

    /// Takes away what was last used before `before`, the oldest first, until no more than `most` bytes are left.
    public Pruned prune(long most, Instant before) {
        synchronized (lock) {
            return shrink(most, before);
        }
    }

    private Pruned shrink(long most, Instant before) {
        long bytes = kept.values().stream().mapToLong(k -> k.record.bytes()).sum();
        List<String> gone = new ArrayList<>();
        long freed = 0;
        if (bytes > most || most == 0) {
            List<Kept> oldest = kept.values().stream()
                    .filter(k -> k.used.isBefore(before))
                    .sorted(Comparator.comparing(k -> k.used))
                    .toList();
            for (Kept k : oldest) {
                if (most > 0 && bytes - freed <= most) {
                    break;
                }
                remove(k);
                gone.add(k.record.id());
                freed += k.record.bytes();
            }
        }
        return new Pruned(gone, freed);
    }

    private void remove(Kept k) {
        kept.remove(k.record.key());
        files.remove(k.record.key());
        k.hold.close();
    }

    @Override
    public void close() {
        synchronized (lock) {
            kept.values().forEach(k -> k.hold.close());
            kept.clear();
        }
        files.close();
    }
}
