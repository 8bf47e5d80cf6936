package dev.gantry.engine.plugin.network;

import dev.gantry.network.address.Ip;
import dev.gantry.network.address.Subnet;
import java.util.List;
import java.util.Optional;

/// What a container needs to have the endpoint: the interface `source` of the host goes into its
/// namespace, and is called
/// `destination` there, or the first free name that begins with `prefix`. An empty `source`: there is none
/// to move.
public record RemoteJoin(
        String source,
        String prefix,
        String destination,
        Optional<Ip> gateway,
        Optional<Ip> gatewayIpv6,
        List<Route> routes,
        boolean noGatewayService) {
    public RemoteJoin {
        routes = List.copyOf(routes);
    }

    /// Without a next hop the destination is on the link.
    public record Route(Subnet destination, Optional<Ip> nextHop) {}
}
