package dev.gantry.engine.container;

import dev.gantry.base.Conflict;
import dev.gantry.base.ContainerId;
import dev.gantry.base.NotFound;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;

/// The containers whose namespaces another one uses: it can start while they run, and in their present run alone. What
/// started before stays in the namespaces of the run it started in.
final class Donors {
    private Donors() {}

    /// [NotFound] in the words of a dockerd when it was removed.
    static StoredContainer need(
            StoredContainer row, String id, Function<ContainerId, Optional<StoredContainer>> others) {
        return others.apply(new ContainerId(id))
                .orElseThrow(() -> new NotFound(
                        "start container " + row.name(), "No such container: " + id, "create it again without it"));
    }

    /// [Conflict] in the words of a dockerd when `donor` does not run. `what` is what it is to share.
    static ContainerState.Running running(StoredContainer row, String what, StoredContainer donor) {
        return switch (donor.state()) {
            case ContainerState.Running running -> running;
            case ContainerState.Restarting _ ->
                throw new Conflict(
                        "start container " + row.name(),
                        "Container " + donor.id().hex() + " is restarting, wait until the container is running",
                        "start it again then");
            case ContainerState.Created _, ContainerState.Exited _, ContainerState.Dead _, ContainerState.Removing _ ->
                throw new Conflict(
                        "start container " + row.name(),
                        "cannot join " + what + " of a non running container: "
                                + donor.id().hex(),
                        "start that container first");
        };
    }

    /// What they did when somebody looked. Two runs of one of them are never equal.
    record Seen(List<ContainerState> states) {
        Seen {
            states = List.copyOf(states);
        }

        /// Whether one of them is on its way up again.
        boolean anyRestarts() {
            return states.stream().anyMatch(ContainerState.Restarting.class::isInstance);
        }
    }

    static Seen seen(StoredContainer row, Function<ContainerId, Optional<StoredContainer>> others) {
        ContainerSpec spec = row.spec();
        Stream<String> modes = Stream.of(
                        spec.isolation().pid(), spec.isolation().ipc())
                .filter(IsolationSpec::isOther)
                .map(IsolationSpec::other);
        Stream<String> network = spec.network() == ContainerSpec.Network.CONTAINER
                ? Stream.of(spec.networking().container())
                : Stream.empty();
        return new Seen(Stream.concat(modes, network)
                .flatMap(id -> others.apply(new ContainerId(id)).stream())
                .map(StoredContainer::state)
                .toList());
    }
}
