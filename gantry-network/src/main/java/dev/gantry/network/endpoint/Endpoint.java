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
/// set, its host name. `given` is what a driver of somebody else's made of it.
public record Endpoint(
        EndpointId id,
        NetworkId network,
        ContainerId container,
        List<String> names,
        EndpointRequest request,
        List<AddressWithPrefix> addresses,
        MacAddress mac,
        List<PublishedPort> ports,
        Given given) {
    public Endpoint {
        names = List.copyOf(names);
        addresses = List.copyOf(addresses);
        ports = List.copyOf(ports);
    }

    /// In a network of our own drivers.
    public Endpoint(
            EndpointId id,
            NetworkId network,
            ContainerId container,
            List<String> names,
            EndpointRequest request,
            List<AddressWithPrefix> addresses,
            MacAddress mac,
            List<PublishedPort> ports) {
        this(id, network, container, names, request, addresses, mac, ports, Given.NOTHING);
    }

    public Optional<Ip> address(Family family) {
        return addresses.stream()
                .map(AddressWithPrefix::address)
                .filter(a -> a.family() == family)
                .findFirst();
    }

    public Endpoint withPorts(List<PublishedPort> others) {
        return new Endpoint(id, network, container, names, request, addresses, mac, others, given);
    }

    public Endpoint withNames(List<String> others) {
        return new Endpoint(id, network, container, others, request, addresses, mac, ports, given);
    }

    public Endpoint withPlace(List<AddressWithPrefix> others, MacAddress another) {
        return new Endpoint(id, network, container, names, request, others, another, ports, given);
    }

    public Endpoint with(Given other) {
        return new Endpoint(id, network, container, names, request, addresses, mac, ports, other);
    }
}
