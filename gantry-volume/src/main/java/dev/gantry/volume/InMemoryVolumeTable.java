package dev.gantry.volume;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;

/// Forgets everything with the process.
public final class InMemoryVolumeTable implements VolumeTable {
    private final Map<String, Volume> rows = new ConcurrentSkipListMap<>();

    @Override
    public List<Volume> load() {
        return List.copyOf(rows.values());
    }

    @Override
    public void create(Volume volume) {
        rows.put(volume.name(), volume);
    }

    @Override
    public void update(Volume volume) {
        rows.put(volume.name(), volume);
    }

    @Override
    public void rename(String from, Volume to) {
        rows.remove(from);
        rows.put(to.name(), to);
    }

    @Override
    public void delete(Volume volume) {
        rows.remove(volume.name());
    }
}
