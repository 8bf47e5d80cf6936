package dev.gantry.network.endpoint;

import dev.gantry.network.address.AddressWithPrefix;
import dev.gantry.network.address.MacAddress;
import dev.gantry.network.model.EndpointId;
import dev.gantry.network.model.NetworkId;
import java.util.List;

/// What an endpoint needs inside its container and on the host: no handle, no effect. Addresses are added
/// without duplicate address detection, since address management already knows that they are free. `mtu`
/// 0 leaves the link's. `sysctls` are written inside, where only the container's own processes and its watch
/// can: at the start by steps of the launch plan, later by the watch.
public record EndpointPlan(
        EndpointId endpoint,
        NetworkId network,
        Link link,
        String interfaceName,
        MacAddress mac,
        int mtu,
        List<AddressWithPrefix> addresses,
        List<Route> routes,
        List<Sysctl> sysctls,
        List<String> dnsNames) {
    public EndpointPlan {
        addresses = List.copyOf(addresses);
        routes = List.copyOf(routes);
        sysctls = List.copyOf(sysctls);
        dnsNames = List.copyOf(dnsNames);
    }

    public boolean hasDefaultGateway() {
        return routes.stream().anyMatch(Route::isDefault);
    }

    /// One line, to read and to compare.
    @Override
    public String toString() {
        return interfaceName + " " + mac + " " + link + " mtu " + mtu + " " + addresses + " " + routes + " " + sysctls
                + " " + dnsNames;
    }
}
