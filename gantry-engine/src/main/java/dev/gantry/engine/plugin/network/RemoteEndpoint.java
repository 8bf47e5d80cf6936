package dev.gantry.engine.plugin.network;

import dev.gantry.network.address.AddressWithPrefix;
import dev.gantry.network.address.MacAddress;
import java.util.Optional;

/// The addresses of an endpoint: those that are given to a plugin, or those that it chose.
public record RemoteEndpoint(
        Optional<AddressWithPrefix> ipv4, Optional<AddressWithPrefix> ipv6, Optional<MacAddress> mac) {
    public static final RemoteEndpoint NOTHING =
            new RemoteEndpoint(Optional.empty(), Optional.empty(), Optional.empty());
}
