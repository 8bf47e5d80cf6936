package dev.gantry.engine.container;

import dev.gantry.base.ContainerId;
import dev.gantry.base.Internal;
import dev.gantry.runtime.oci.LaunchContext;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/// The network of another container that one uses as its own, with its host name and files under `/etc`.
record SharedNetwork(LaunchContext.Peer init, Container.Files files) {
    /// Empty when it shares none. [Conflict] when the other one does not run.
    static Optional<SharedNetwork> of(
            StoredContainer row, Function<ContainerId, Optional<StoredContainer>> others, Path containers) {
        if (row.spec().network() != ContainerSpec.Network.CONTAINER) {
            return Optional.empty();
        }
        StoredContainer other = Donors.need(row, row.spec().networking().container(), others);
        ContainerState.Running running = Donors.running(row, "network", other);
        return Optional.of(new SharedNetwork(
                new LaunchContext.Peer(running.pid(), running.startTime()),
                Container.Files.in(containers, other.id())));
    }

    Map<String, LaunchContext.Peer> joins() {
        return Map.of("network", init);
    }

    String hostname() {
        try {
            return Files.readString(files.hostname()).strip();
        } catch (IOException e) {
            throw new Internal(
                    "read " + files.hostname(), String.valueOf(e.getMessage()), "restart the container it is of", e);
        }
    }
}
