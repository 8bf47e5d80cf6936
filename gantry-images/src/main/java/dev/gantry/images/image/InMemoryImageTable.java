package dev.gantry.images.image;

import dev.gantry.base.Digest;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;

/// Names that live as long as this object.
public final class InMemoryImageTable implements ImageTable {
    private final Map<String, Digest> targets = new ConcurrentSkipListMap<>();

    @Override
    public void put(String name, Digest target) {
        targets.put(name, target);
    }

    @Override
    public Optional<Digest> find(String name) {
        return Optional.ofNullable(targets.get(name));
    }

    @Override
    public boolean remove(String name) {
        return targets.remove(name) != null;
    }

    @Override
    public List<Entry> list() {
        return targets.entrySet().stream()
                .map(e -> new Entry(e.getKey(), e.getValue()))
                .toList();
    }
}
