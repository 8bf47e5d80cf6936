package dev.gantry.engine.network;

import dev.gantry.base.Conflict;
import dev.gantry.base.Forbidden;
import dev.gantry.base.InvalidArgument;
import dev.gantry.engine.network.overlay.OverlayEndpoint;
import dev.gantry.network.address.Ip;
import dev.gantry.network.address.MacAddress;
import dev.gantry.network.address.Subnet;
import dev.gantry.network.ipam.Blocks;
import dev.gantry.network.model.DriverOptions;
import dev.gantry.network.model.Drivers;
import dev.gantry.network.model.Network;
import dev.gantry.network.model.NetworkChecks;
import dev.gantry.network.model.Pool;
import dev.gantry.network.model.Span;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// Whether what another host says may be so. It may speak of the networks that were created on it, and of
/// endpoints with addresses of its own blocks. Pure.
final class OverlayChecks {
    private static final int MOST_POOLS = 16;
    private static final int MOST_NAMES = 128;

    private OverlayChecks() {}

    /// Refuses a network of `host` that this one cannot have beside those it has.
    static void definition(Network network, Ip host, Collection<Network> existing) {
        String what = "share network " + network.name() + " of host " + host;
        if (!network.driver().equals(Drivers.OVERLAY)
                || network.spec().configOnly()
                || ForeignMaking.concerns(network.spec())
                || !network.span().home().equals(host)) {
            throw new Forbidden(what, "it is no overlay network of this host", "look for who speaks in its name");
        }
        List<Network> others = new ArrayList<>();
        for (Network n : existing) {
            if (n.id().equals(network.id())) {
                checkSame(n, network, what);
            } else {
                others.add(n);
            }
        }
        NetworkChecks.check(network.spec().withConfig(false, ""), others);
        checkPools(network, others, what);
        numbers(network, others);
    }

    /// Why a network cannot be beside another: empty when it can.
    static String rivalry(Network network, Network other) {
        if (other.name().equals(network.name())) {
            return "the same name";
        }
        boolean overlap = other.driver().equals(Drivers.OVERLAY)
                && other.subnets().stream()
                        .anyMatch(s -> network.subnets().stream().anyMatch(s::overlaps));
        if (overlap) {
            return "overlapping subnets";
        }
        return numbers(other).stream().anyMatch(numbers(network)::contains) ? "the same VXLAN number" : "";
    }

    private static void checkSame(Network before, Network now, String what) {
        boolean same = before.with(Span.NONE).equals(now.with(Span.NONE));
        if (!same || !now.span().extendsFrom(before.span())) {
            throw new Forbidden(
                    what,
                    "it is another network than before, or takes blocks of addresses from who has them",
                    "remove it on " + before.span().home() + " and create it again");
        }
    }

    private static void checkPools(Network network, List<Network> others, String what) {
        List<Subnet> own = network.subnets();
        boolean disjoint = true;
        for (int i = 0; i < own.size(); i++) {
            for (int j = 0; j < i; j++) {
                disjoint &= !own.get(i).overlaps(own.get(j));
            }
        }
        boolean inside = network.pools().stream()
                .allMatch(p -> p.gateways().stream().allMatch(p.subnet()::contains)
                        && p.reserved().values().stream().allMatch(p.subnet()::contains));
        if (own.isEmpty() || own.size() > MOST_POOLS || !disjoint || !inside || !Blocks.fit(network)) {
            throw new InvalidArgument(what, "its subnets and blocks do not fit together", "create it again");
        }
        for (Network other : others) {
            if (other.driver().equals(Drivers.OVERLAY)
                    && other.subnets().stream().anyMatch(s -> own.stream().anyMatch(s::overlaps))) {
                throw new Conflict(
                        what,
                        "its subnets " + own + " overlap with those of network " + other.name() + ": "
                                + other.subnets(),
                        "remove one of the two");
            }
        }
    }

    /// Refuses VXLAN numbers that another network has.
    static void numbers(Network network, Collection<Network> others) {
        String what = "share network " + network.name();
        List<Integer> numbers = numbers(network);
        if (numbers.size() < network.pools().size()) {
            throw new InvalidArgument(what, "it has no VXLAN number", "create it again");
        }
        for (Network other : others) {
            if (numbers(other).stream().anyMatch(numbers::contains)) {
                throw new Conflict(
                        what,
                        "its VXLAN numbers " + numbers + " are also those of network " + other.name(),
                        "remove one of the two");
            }
        }
    }

    static boolean isEncrypted(Network network) {
        return network.options() instanceof DriverOptions.Overlay o && o.encrypted();
    }

    static List<Integer> numbers(Network network) {
        return network.options() instanceof DriverOptions.Overlay o ? o.vnis() : List.of();
    }

    /// Refuses an endpoint that is not the host's to have. `known` are the addresses, of both kinds, of others in this
    /// network.
    static void endpoint(OverlayEndpoint endpoint, Ip host, Network network, Set<String> known) {
        String what =
                "reach container " + endpoint.names().getFirst() + " of host " + host + " in network " + network.name();
        for (Ip ip : endpoint.addresses()) {
            boolean ours = network.span().owner(ip).filter(host::equals).isPresent();
            if (!ours || isFixed(network, ip)) {
                throw new Forbidden(what, "the address " + ip + " is not in a block of that host", "restart it there");
            }
        }
        if (endpoint.mac().equals(MacAddress.UNKNOWN)) {
            throw new InvalidArgument(what, "it has no MAC address", "restart it there");
        }
        Set<String> own = new HashSet<>(List.of(endpoint.mac().text()));
        endpoint.addresses().forEach(ip -> own.add(ip.toString()));
        if (own.size() != endpoint.addresses().size() + 1 || own.stream().anyMatch(known::contains)) {
            throw new Conflict(what, "another container has its addresses: " + own, "choose another --mac-address");
        }
        boolean named = endpoint.names().size() + endpoint.aliases().size() <= MOST_NAMES;
        for (List<String> names : List.of(endpoint.names(), endpoint.aliases())) {
            named &= names.stream().noneMatch(n -> n.isBlank() || n.length() > 253);
        }
        if (!named) {
            throw new InvalidArgument(what, "it has too many names, or too long ones", "use fewer aliases");
        }
    }

    private static boolean isFixed(Network network, Ip ip) {
        return network.pools().stream()
                .filter(p -> p.subnet().contains(ip))
                .anyMatch((Pool p) -> p.gateways().contains(ip) || p.reserved().containsValue(ip));
    }
}
