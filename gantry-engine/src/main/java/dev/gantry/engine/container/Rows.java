package dev.gantry.engine.container;

import dev.gantry.engine.container.ContainerTable.Durability;
import dev.gantry.engine.event.Event;
import dev.gantry.engine.event.EventDraft;
import dev.gantry.engine.event.Events;
import java.time.Clock;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// What is stored of a container and told of it. A cell's row changes here, once it is committed.
final class Rows {
    private final ContainerTable table;
    private final Events events;
    private final Checkups checkups;
    private final Clock clock;

    Rows(ContainerTable table, Events events, Checkups checkups, Clock clock) {
        this.table = table;
        this.events = events;
        this.checkups = checkups;
        this.clock = clock;
    }

    void commit(Cell cell, StoredContainer row, List<EventDraft> told, Durability durability) {
        table.update(row, told, durability).await();
        cell.row = row;
    }

    /// Another spec from now on; a run that is under way has it as far as the caller has made it so.
    void respecify(Cell cell, ContainerSpec spec) {
        StoredContainer row = cell.row.respecified(spec);
        table.respecify(row, List.of(event(cell, "update", Map.of())), Durability.POWER)
                .await();
        cell.row = row;
    }

    /// What has become of a container that runs. The cell's turn is held.
    void paused(Cell cell, boolean still) {
        if (cell.row.state() instanceof ContainerState.Running running) {
            commit(
                    cell,
                    cell.row.with(running.paused(still), cell.row.history()),
                    List.of(event(cell, still ? "pause" : "unpause", Map.of())),
                    Durability.PROCESS);
            checkups.pauses(cell, still);
        }
    }

    /// To be stored with a row.
    EventDraft event(Cell cell, String action, Map<String, String> more) {
        return new EventDraft(clock.instant(), Event.Kind.CONTAINER, action, cell.id.hex(), attributes(cell, more));
    }

    /// Told by itself.
    void tell(Cell cell, String action, Map<String, String> more) {
        events.publish(Event.Kind.CONTAINER, action, cell.id.hex(), attributes(cell, more));
    }

    static Map<String, String> attributes(Cell cell, Map<String, String> more) {
        Map<String, String> all = new HashMap<>(cell.row.spec().labels());
        all.put("image", cell.row.spec().image());
        all.put("name", cell.row.name());
        all.putAll(more);
        return all;
    }
}
