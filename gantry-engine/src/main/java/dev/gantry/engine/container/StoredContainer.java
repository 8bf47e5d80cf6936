package dev.gantry.engine.container;

import dev.gantry.base.ContainerId;
import java.time.Instant;

/// A container as the table keeps it. `bootId` and `watchDirectory` belong to the latest start and are empty before the
/// first.
public record StoredContainer(
        ContainerId id,
        String name,
        ContainerSpec spec,
        String imageId,
        Instant created,
        ContainerState state,
        Container.History history,
        String bootId,
        String watchDirectory) {
    StoredContainer with(ContainerState next, Container.History told) {
        return new StoredContainer(
                id, name, spec, imageId, created, Transitions.check(state, next), told, bootId, watchDirectory);
    }

    StoredContainer with(Container.History told) {
        return new StoredContainer(id, name, spec, imageId, created, state, told, bootId, watchDirectory);
    }

    StoredContainer started(String boot, String directory, ContainerState.Running next, Container.History told) {
        return new StoredContainer(
                id, name, spec, imageId, created, Transitions.check(state, next), told, boot, directory);
    }

    StoredContainer respecified(ContainerSpec other) {
        return new StoredContainer(id, name, other, imageId, created, state, history, bootId, watchDirectory);
    }

    StoredContainer named(String other) {
        return new StoredContainer(id, other, spec, imageId, created, state, history, bootId, watchDirectory);
    }
}
