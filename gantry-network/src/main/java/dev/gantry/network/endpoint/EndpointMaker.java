package dev.gantry.network.endpoint;

import dev.gantry.base.ContainerId;
import dev.gantry.base.Forbidden;
import dev.gantry.base.InvalidArgument;
import dev.gantry.base.Unsupported;
import dev.gantry.network.address.AddressWithPrefix;
import dev.gantry.network.address.Family;
import dev.gantry.network.address.Ip;
import dev.gantry.network.address.MacAddress;
import dev.gantry.network.address.Subnet;
import dev.gantry.network.ipam.AddressSource;
import dev.gantry.network.model.DriverOptions;
import dev.gantry.network.model.Drivers;
import dev.gantry.network.model.EndpointId;
import dev.gantry.network.model.Network;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;

/// Makes an endpoint from a request: takes its addresses, all of them or none.
public final class EndpointMaker {
    private final RandomGenerator random;

    public EndpointMaker(RandomGenerator random) {
        this.random = random;
    }

    /// `names` are the container's name and, if set, its host name.
    public Endpoint make(
            Network network,
            AddressSource addresses,
            ContainerId container,
            List<String> names,
            EndpointRequest request) {
        String what = "connect container " + names.getFirst() + " to network " + network.name();
        check(network, request, what);
        List<AddressWithPrefix> taken = new ArrayList<>();
        boolean done = false;
        try {
            for (Family family : ofPools(network)) {
                Optional<Ip> wanted = request.address(family);
                Optional<Ip> ip = wanted.isPresent()
                        ? Optional.of(addresses.take(wanted.get(), what))
                        : addresses.next(family, what);
                ip.ifPresent(a ->
                        taken.add(new AddressWithPrefix(a, subnetOf(network, a).prefix())));
            }
            done = true;
        } finally {
            if (!done) {
                taken.forEach(a -> addresses.release(a.address()));
            }
        }
        return new Endpoint(
                EndpointId.random(random),
                network.id(),
                container,
                names,
                request,
                taken,
                keepsItsOwn(network) && request.mac() == null ? MacAddress.UNKNOWN : mac(request, taken),
                List.of());
    }

    /// Without pools whoever drives the network gives the addresses.
    private static List<Family> ofPools(Network network) {
        return network.pools().isEmpty() ? List.of() : List.of(Family.values());
    }

    /// A hardware address that is not ours to give.
    private static boolean keepsItsOwn(Network network) {
        return network.options() instanceof DriverOptions.Plugin || network.options() instanceof DriverOptions.Ipvlan;
    }

    private MacAddress mac(EndpointRequest request, List<AddressWithPrefix> addresses) {
        if (request.mac() != null) {
            return request.mac();
        }
        return addresses.stream()
                .map(AddressWithPrefix::address)
                .filter(Ip::isV4)
                .findFirst()
                .map(MacAddress::of)
                .orElseGet(() -> MacAddress.random(random));
    }

    private static Subnet subnetOf(Network network, Ip ip) {
        return network.subnets().stream()
                .filter(s -> s.contains(ip))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("addresses come from the network's subnets"));
    }

    /// Refuses what the network cannot give, before anything is taken.
    public static void check(Network network, EndpointRequest request, String what) {
        EndpointOptions.read(request.driverOptions());
        if (network.spec().configOnly()) {
            throw new Forbidden(
                    what,
                    "cannot be connected to a configuration network: " + network.name(),
                    "create a network with --config-from " + network.name() + " and connect to that");
        }
        boolean isDefault = Drivers.isPredefined(network.name());
        if (isDefault && !request.addresses().isEmpty()) {
            throw new InvalidArgument(
                    what,
                    "invalid endpoint settings: user specified IP address is supported on user defined networks only",
                    "create a network with --subnet");
        }
        if (isDefault && !request.aliases().isEmpty()) {
            throw new InvalidArgument(
                    what,
                    "invalid endpoint settings: network-scoped aliases are only supported for user-defined networks",
                    "create a network and use it instead of " + network.name());
        }
        for (Ip ip : request.addresses()) {
            if (network.pools().isEmpty() ? !network.wants(ip.family()) : !network.has(ip.family())) {
                throw new InvalidArgument(
                        what,
                        "invalid endpoint settings: no configured subnet or ip-range contain the IP address " + ip,
                        "choose one in " + network.subnets());
            }
        }
        if (network.options() instanceof DriverOptions.Plugin) {
            checkForeign(network, request, what);
        }
        switch (network.options()) {
            case DriverOptions.Bridge b
            when !b.betweenContainers() && !request.links().isEmpty() ->
                throw new Unsupported(
                        what,
                        "links open ports between containers, and this network's containers do not reach each other"
                                + " (com.docker.network.bridge.enable_icc=false)",
                        "connect the two containers to a network of their own");
            case DriverOptions.Ipvlan _
            when request.mac() != null ->
                throw new InvalidArgument(
                        what, "interfaces of ipvlan have their parent's mac address", "leave --mac-address out");
            default -> {}
        }
    }

    /// What we can only do for interfaces of our own.
    private static void checkForeign(Network network, EndpointRequest request, String what) {
        if (!EndpointOptions.read(request.driverOptions()).sysctls().isEmpty()
                || !request.linkLocalAddresses().isEmpty()) {
            throw new Unsupported(
                    what,
                    "the interfaces of network " + network.name() + " are made by the driver " + network.driver()
                            + ", which takes no sysctls and no link-local addresses",
                    "leave them out, or use a network with a built-in driver");
        }
    }
}
