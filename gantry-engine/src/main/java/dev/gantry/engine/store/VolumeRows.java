package dev.gantry.engine.store;

import dev.gantry.engine.event.Event;
import dev.gantry.engine.event.EventDraft;
import dev.gantry.volume.Volume;
import dev.gantry.volume.VolumeTable;
import java.sql.SQLException;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;

/// The rows of volumes, each change with its event; a store says how both are written.
record VolumeRows(List<Volume> stored, Clock clock, BiConsumer<Change, List<EventDraft>> writer)
        implements VolumeTable {
    @FunctionalInterface
    interface Change {
        void apply(SqliteStatements statements) throws SQLException;
    }

    @Override
    public List<Volume> load() {
        return stored;
    }

    @Override
    public void create(Volume volume) {
        writer.accept(s -> s.putVolume(volume), told("create", volume, Map.of()));
    }

    @Override
    public void update(Volume volume) {
        writer.accept(s -> s.putVolume(volume), List.of());
    }

    @Override
    public void rename(String from, Volume to) {
        Change change = s -> {
            s.removeVolume(from);
            s.putVolume(to);
        };
        writer.accept(change, told("rename", to, Map.of("oldName", from)));
    }

    @Override
    public void delete(Volume volume) {
        writer.accept(s -> s.removeVolume(volume.name()), told("destroy", volume, Map.of()));
    }

    private List<EventDraft> told(String action, Volume volume, Map<String, String> more) {
        Map<String, String> attributes = new java.util.HashMap<>(more);
        attributes.put("driver", volume.driver());
        return List.of(new EventDraft(clock.instant(), Event.Kind.VOLUME, action, volume.name(), attributes));
    }
}
