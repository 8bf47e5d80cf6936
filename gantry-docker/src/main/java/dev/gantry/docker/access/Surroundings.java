package dev.gantry.docker.access;

import dev.gantry.base.ContainerId;
import dev.gantry.engine.Gantry;
import dev.gantry.engine.container.Container;
import dev.gantry.engine.container.ContainerSpec;
import dev.gantry.volume.Volume;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;

/// What a container's spec names and does not hold, as it is when it is judged.
///
/// @param volumes by name
/// @param usual a container of this daemon that asked for nothing
/// @param mapsIds whether such a container has a user namespace of its own
public record Surroundings(
        Function<ContainerId, Optional<Container>> containers,
        Function<String, Optional<Volume>> volumes,
        Supplier<ContainerSpec> usual,
        boolean mapsIds) {

    public static Surroundings of(Gantry engine, Supplier<ContainerSpec> usual) {
        return new Surroundings(
                id -> engine.containers().get(id),
                name -> engine.volumes().find(name),
                usual,
                !engine.options().ids().isSame());
    }

    /// A container and all whose namespaces it uses, through however many others.
    ///
    /// @param broken one of them is gone
    record Sharing(Collection<Container> all, boolean broken) {
        /// Whether it may use what nobody can judge any more. Where none of them runs, none can start again.
        boolean isUnknown() {
            return broken && all.stream().anyMatch(Container::isRunning);
        }
    }

    Sharing sharing(Container first) {
        Map<ContainerId, Container> all = new LinkedHashMap<>();
        Deque<Container> next = new ArrayDeque<>(List.of(first));
        boolean broken = false;
        while (!next.isEmpty()) {
            Container c = next.pop();
            if (all.putIfAbsent(c.id(), c) != null) {
                continue;
            }
            for (ContainerId id : Powers.sharedWith(c.spec())) {
                Optional<Container> other = containers.apply(id);
                other.ifPresent(next::push);
                broken |= other.isEmpty();
            }
        }
        return new Sharing(List.copyOf(all.values()), broken);
    }
}
