package dev.gantry.engine.container;

import dev.gantry.base.ContainerId;
import dev.gantry.engine.event.EventDraft;
import java.util.List;

/// Where containers are kept. Each change and its events are one transaction; events are visible once it is committed.
public interface ContainerTable {
    /// What was stored when the table was opened.
    List<StoredContainer> load();

    Commit insert(StoredContainer row, EventDraft event, Durability durability);

    /// Replaces everything but the spec.
    Commit update(StoredContainer row, List<EventDraft> events, Durability durability);

    /// Replaces the spec alone.
    Commit respecify(StoredContainer row, List<EventDraft> events, Durability durability);

    /// Deleting what is absent is not an error.
    Commit delete(ContainerId id, List<EventDraft> events, Durability durability);

    enum Durability {
        /// Survives the end of this process.
        PROCESS,
        /// Survives the end of power.
        POWER
    }

    /// A transaction under way. Those of one table are committed in the order they were asked for.
    @FunctionalInterface
    interface Commit {
        /// Returns when it is committed; throws what went wrong.
        void await();
    }
}
