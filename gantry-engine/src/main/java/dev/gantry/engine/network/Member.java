package dev.gantry.engine.network;

import dev.gantry.base.ContainerId;
import dev.gantry.network.endpoint.Endpoint;
import dev.gantry.network.endpoint.EndpointRequest;
import dev.gantry.network.model.NetworkId;
import java.util.Optional;

/// A container that is to be in a network. It has an endpoint while it runs.
///
/// @param interfaceName what the endpoint's interface is called inside; empty without an endpoint
public record Member(
        ContainerId container,
        NetworkId network,
        EndpointRequest request,
        Optional<Endpoint> endpoint,
        String interfaceName) {
    static Member of(ContainerId container, NetworkId network, EndpointRequest request) {
        return new Member(container, network, request, Optional.empty(), "");
    }

    Member with(Endpoint given) {
        return new Member(container, network, request, Optional.of(given), interfaceName);
    }

    Member called(String name) {
        return new Member(container, network, request, endpoint, name);
    }

    /// Whether the engine put it there by itself: for a container that is in overlay networks alone.
    public boolean isWayOut() {
        return WayOut.is(this);
    }

    Member ended() {
        return of(container, network, request);
    }
}
