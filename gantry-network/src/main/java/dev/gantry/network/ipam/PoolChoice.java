package dev.gantry.network.ipam;

import dev.gantry.base.Forbidden;
import dev.gantry.base.InvalidArgument;
import dev.gantry.network.address.Family;
import dev.gantry.network.address.Ip;
import dev.gantry.network.address.Subnet;
import dev.gantry.network.model.DriverOptions;
import dev.gantry.network.model.GatewayMode;
import dev.gantry.network.model.Network;
import dev.gantry.network.model.NetworkSpec;
import dev.gantry.network.model.Pool;
import dev.gantry.network.model.PoolSpec;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;

/// Turns the subnets a checked specification asks for into those it gets.
public final class PoolChoice {
    private PoolChoice() {}

    /// `hostRoutes` are the destinations of the host's routes; they keep the engine from choosing what
    /// the host already reaches elsewhere, while a subnet that the user names is theirs to answer for.
    public static List<Pool> choose(
            NetworkSpec spec, DefaultPools defaults, Collection<Network> existing, Collection<Subnet> hostRoutes) {
        List<Subnet> ofNetworks = new ArrayList<>();
        for (Network network : existing) {
            if (sharesAddressSpace(spec, network)) {
                ofNetworks.addAll(network.subnets());
            }
        }
        List<Pool> pools = new ArrayList<>();
        for (Family family : Family.values()) {
            if (family == Family.IPV4 ? !spec.ipv4() : !spec.ipv6()) {
                continue;
            }
            List<PoolSpec> asked = spec.ipam().pools().stream()
                    .filter(p -> p.subnet() != null && p.subnet().family() == family)
                    .toList();
            for (PoolSpec pool : asked.isEmpty() ? List.of(PoolSpec.ANY) : asked) {
                Subnet subnet = pool.subnet();
                if (subnet == null) {
                    List<Subnet> taken = new ArrayList<>(ofNetworks);
                    taken.addAll(hostRoutes);
                    subnet = defaults.choose(family, taken, spec.name());
                } else {
                    refuseOverlap(subnet, ofNetworks, existing, spec);
                }
                ofNetworks.add(subnet);
                pools.add(pool(spec, pool, subnet));
            }
        }
        return pools;
    }

    /// Networks of a cluster do not meet those of one host.
    private static boolean sharesAddressSpace(NetworkSpec spec, Network other) {
        return !other.spec().configOnly() && spec.scope().equals(other.spec().scope());
    }

    private static void refuseOverlap(
            Subnet subnet, List<Subnet> taken, Collection<Network> existing, NetworkSpec spec) {
        for (Subnet other : taken) {
            if (other.overlaps(subnet)) {
                String holder = existing.stream()
                        .filter(n -> n.subnets().contains(other))
                        .map(Network::name)
                        .findFirst()
                        .orElse(spec.name());
                throw new Forbidden(
                        "create network " + spec.name(),
                        "invalid pool request: Pool overlaps with other one on this address space: " + subnet + " and "
                                + other + " of network " + holder,
                        "choose another --subnet, or remove network " + holder);
            }
        }
    }

    private static Pool pool(NetworkSpec spec, PoolSpec asked, Subnet subnet) {
        Subnet range = asked.range() == null ? subnet : asked.range();
        if (!needsGateway(spec, subnet.family()) && asked.gateway() == null) {
            return new Pool(subnet, range, List.of(), asked.reserved());
        }
        Ip gateway = asked.gateway() != null ? asked.gateway() : firstUsable(subnet, range, asked);
        return new Pool(subnet, range, List.of(gateway), asked.reserved());
    }

    private static boolean needsGateway(NetworkSpec spec, Family family) {
        return switch (DriverOptions.read(spec)) {
            case DriverOptions.Bridge b -> b.gatewayMode(family) != GatewayMode.ISOLATED;
            case DriverOptions.Macvlan _, DriverOptions.Ipvlan _ -> !spec.internal();
            case DriverOptions.Overlay _, DriverOptions.Plugin _ -> true;
            case DriverOptions.None _ -> false;
        };
    }

    /// The first address of the range that is nobody's yet.
    private static Ip firstUsable(Subnet subnet, Subnet range, PoolSpec asked) {
        AddressPool pool = new AddressPool(new Pool(subnet, range, List.of(), asked.reserved()), Set.of());
        return pool.next()
                .orElseThrow(() -> new InvalidArgument(
                        "create network with subnet " + subnet,
                        "invalid subnet " + subnet + ": it has no room for a gateway",
                        "use a larger one"));
    }
}
