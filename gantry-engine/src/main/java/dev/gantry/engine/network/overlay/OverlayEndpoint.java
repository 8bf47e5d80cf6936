package dev.gantry.engine.network.overlay;

import dev.gantry.base.ContainerId;
import dev.gantry.base.InvalidArgument;
import dev.gantry.network.address.Ip;
import dev.gantry.network.address.MacAddress;
import dev.gantry.network.model.EndpointId;
import dev.gantry.network.model.NetworkId;
import java.util.List;

/// A container's place in an overlay network, as other hosts need it.
///
/// @param names the container's own, its name first
public record OverlayEndpoint(
        EndpointId id,
        NetworkId network,
        ContainerId container,
        List<String> names,
        List<String> aliases,
        List<Ip> addresses,
        MacAddress mac) {
    public OverlayEndpoint {
        names = List.copyOf(names);
        aliases = List.copyOf(aliases);
        addresses = List.copyOf(addresses);
        if (names.isEmpty() || addresses.isEmpty()) {
            throw new InvalidArgument(
                    "read endpoint " + id.shortHex(), "it has no name or no address", "restart the container");
        }
    }
}
