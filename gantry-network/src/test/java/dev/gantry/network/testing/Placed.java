package dev.gantry.network.testing;

import dev.gantry.base.ContainerId;
import dev.gantry.network.address.Ip;
import dev.gantry.network.endpoint.Endpoint;
import dev.gantry.network.endpoint.EndpointMaker;
import dev.gantry.network.endpoint.EndpointRequest;
import dev.gantry.network.endpoint.SandboxPlan.Attachment;
import dev.gantry.network.ipam.Addresses;
import dev.gantry.network.model.Network;
import dev.gantry.network.port.PortBook;
import dev.gantry.network.port.PortProbe;
import dev.gantry.network.port.PortRequest;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;

/// Containers in networks, as plans.
public final class Placed {
    private Placed() {}

    public static Attachment in(Network network, String name, String... ports) {
        return in(network, new Addresses(network, Set.of()), name, ports);
    }

    public static Attachment in(Network network, Addresses addresses, String name, String... ports) {
        Random random = new Random(name.hashCode() * 31L + network.name().hashCode());
        Endpoint endpoint = new EndpointMaker(random)
                .make(network, addresses, ContainerId.random(random), List.of(name), EndpointRequest.ANY);
        List<PortRequest> requests =
                Arrays.stream(ports).flatMap(p -> PortRequest.parse(p).stream()).toList();
        return new Attachment(
                network,
                endpoint.withPorts(
                        new PortBook().allocate(requests, List.of(Ip.ANY_V4, Ip.ANY_V6), name, PortProbe.ALL_FREE)));
    }
}
