package dev.gantry.engine.plugin.cni;

import dev.gantry.base.GantryException;
import dev.gantry.base.Internal;
import dev.gantry.network.address.AddressWithPrefix;
import dev.gantry.network.address.Family;
import dev.gantry.network.address.Ip;
import dev.gantry.network.address.MacAddress;
import dev.gantry.network.endpoint.Endpoint;
import dev.gantry.network.endpoint.Given;
import dev.gantry.network.model.Network;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// What the result of a chain means for an endpoint. Pure.
final class CniOutcome {
    private CniOutcome() {}

    /// With the addresses inside; refused when they are not those that were asked for.
    static Endpoint apply(Network network, Endpoint endpoint, String interfaceName, CniResult result) {
        List<AddressWithPrefix> addresses = result.addresses().stream()
                .filter(a -> isInside(result, a.on()))
                .map(CniResult.Address::address)
                .toList();
        String what = "connect container " + endpoint.names().getFirst() + " to network " + network.name();
        for (Ip wanted : endpoint.request().addresses()) {
            if (addresses.stream().noneMatch(a -> a.address().equals(wanted))) {
                throw ignored(what, "the address " + wanted, "let its address management have the capability ips");
            }
        }
        MacAddress mac = mac(interfaceName, result);
        MacAddress asked = endpoint.request().mac();
        if (asked != null && !mac.equals(asked)) {
            throw ignored(what, "the hardware address " + asked, "let one of its plugins have the capability mac");
        }
        return endpoint.withPlace(addresses, mac);
    }

    private static Internal ignored(String what, String asked, String todo) {
        return new Internal(what, "its plugins did not give it " + asked, todo);
    }

    /// Not told: then it is the container's, whose interface comes last.
    private static boolean isInside(CniResult result, int on) {
        return on < 0 || !result.interfaces().get(on).sandbox().isEmpty();
    }

    private static MacAddress mac(String interfaceName, CniResult result) {
        for (CniResult.Interface i : result.interfaces()) {
            if (i.name().equals(interfaceName) && !i.sandbox().isEmpty()) {
                try {
                    return new MacAddress(i.mac());
                } catch (GantryException none) {
                    return MacAddress.UNKNOWN;
                }
            }
        }
        return MacAddress.UNKNOWN;
    }

    static Given given(CniResult result, String note) {
        List<Ip> gateways = new ArrayList<>();
        for (Family family : Family.values()) {
            gateway(result, family).ifPresent(gateways::add);
        }
        CniResult.Dns dns = result.dns();
        List<String> search = Stream.concat(Stream.of(dns.domain()), dns.search().stream())
                .filter(d -> !d.isEmpty())
                .distinct()
                .toList();
        return new Given(
                true, "", gateways, List.of(), new Given.Resolver(dns.nameservers(), search, dns.options()), note);
    }

    /// Where a default route leads: its own gateway, or that of the address.
    private static Optional<Ip> gateway(CniResult result, Family family) {
        for (CniResult.Route r : result.routes()) {
            if (r.destination().prefix() == 0 && r.destination().family() == family) {
                return r.gateway().isPresent()
                        ? r.gateway()
                        : result.addresses().stream()
                                .filter(a -> a.address().address().family() == family)
                                .flatMap(a -> a.gateway().stream())
                                .findFirst();
            }
        }
        return Optional.empty();
    }
}
