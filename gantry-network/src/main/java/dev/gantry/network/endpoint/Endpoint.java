package dev.gantry.network.endpoint;

import dev.gantry.base.ContainerId;
import dev.gantry.network.address.AddressWithPrefix;
import dev.gantry.network.address.Family;
import dev.gantry.network.address.Ip;
import dev.gantry.network.address.MacAddress;
import dev.gantry.network.model.EndpointId;
import dev.gantry.network.model.NetworkId;
import dev.gantry.network.port.PublishedPort;
import java.util.List;
import java.util.Optional;

/// A container's place in a network, with what it was given. Stored; address pools, the port book, DNS
/// and rules are derived from the endpoints there are. `names` are the container's own: its name and, if
/// set, its host name.
public record Endpoint(
        EndpointId id,
        NetworkId network,
        ContainerId container,
        List<String> names,
        EndpointRequest request,
        List<AddressWithPrefix> addresses,
        MacAddress mac,
        List<PublishedPort> ports) {
    public Endpoint {
        names = List.copyOf(names);
        addresses = List.copyOf(addresses);
        ports = List.copyOf(ports);
    }

    public Optional<Ip> address(Family family) {
        return addresses.stream()
                .map(AddressWithPrefix::address)
                .filter(a -> a.family() == family)
                .findFirst();
    }

    public Endpoint withPorts(List<PublishedPort> others) {
        return new Endpoint(id, network, container, names, request, addresses, mac, others);
    }
}
