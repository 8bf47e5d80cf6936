package dev.gantry.engine.network;

import dev.gantry.base.ContainerId;
import dev.gantry.network.endpoint.Endpoint;
import dev.gantry.network.endpoint.EndpointRequest;
import dev.gantry.network.model.NetworkId;
import java.util.Optional;

/// A container that is to be in a network. It has an endpoint while it runs.
public record Member(ContainerId container, NetworkId network, EndpointRequest request, Optional<Endpoint> endpoint) {
    Member with(Endpoint given) {
        return new Member(container, network, request, Optional.of(given));
    }

    Member ended() {
        return new Member(container, network, request, Optional.empty());
    }
}
