package dev.gantry.network.endpoint;

import dev.gantry.network.address.Family;
import dev.gantry.network.address.Ip;
import java.util.List;
import java.util.Optional;

/// What a driver that is a program of somebody else's made of an endpoint. Stored with it, since it is needed to take
/// it back.
///
/// @param joined whether the driver has given the container an interface
/// @param source the interface of the host that goes into the container; empty where it is inside already
/// @param gateways at most one of each family
/// @param routes besides the default ones
/// @param note the driver's own
public record Given(
        boolean joined, String source, List<Ip> gateways, List<Route> routes, Resolver resolver, String note) {
    public static final Given NOTHING =
            new Given(false, "", List.of(), List.of(), new Resolver(List.of(), List.of(), List.of()), "");

    public Given {
        gateways = List.copyOf(gateways);
        routes = List.copyOf(routes);
    }

    /// Whom to ask for names, where the driver says so. Empty lists leave it to others.
    public record Resolver(List<String> servers, List<String> search, List<String> options) {
        public Resolver {
            servers = List.copyOf(servers);
            search = List.copyOf(search);
            options = List.copyOf(options);
        }
    }

    public Optional<Ip> gateway(Family family) {
        return gateways.stream().filter(g -> g.family() == family).findFirst();
    }
}
