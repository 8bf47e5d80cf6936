package dev.gantry.docker.network;

import dev.gantry.api.container.NetworkSettings;
import dev.gantry.api.container.Port;
import dev.gantry.api.container.PortBinding;
import dev.gantry.api.network.EndpointSettings;
import dev.gantry.base.NotFound;
import dev.gantry.engine.container.Container;
import dev.gantry.engine.container.ContainerSpec;
import dev.gantry.engine.network.Networks;
import dev.gantry.engine.network.Networks.Joined;
import dev.gantry.network.port.ContainerPort;
import dev.gantry.network.port.PublishedPort;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Supplier;

/// The networks and ports of one container, as inspect and listings show them.
public record ContainerPlaces(Supplier<Networks> networks) {
    /// The network whose addresses are shown beside the list of networks, as they were before there was a list.
    private static final String FIRST = "bridge";

    public static final int NEWEST = 50;

    /// By the name of the network.
    public Map<String, EndpointSettings> of(Container c, int minor) {
        return switch (c.spec().network()) {
            case HOST -> own("host");
            case NONE, DEFAULT -> own("none");
            case CONTAINER -> Map.of();
            case NETWORKS -> {
                Map<String, EndpointSettings> all = new LinkedHashMap<>();
                for (Joined j : networks.get().of(c.id())) {
                    if (j.member().isWayOut()) {
                        continue; // as in Docker: nobody put it there
                    }
                    all.put(j.network().name(), EndpointTranslation.settings(j.network(), j.member(), minor));
                }
                yield all;
            }
        };
    }

    private Map<String, EndpointSettings> own(String name) {
        try {
            String id = networks.get().find(name).id().hex();
            return Map.of(name, EndpointSettings.builder().networkId(id).build());
        } catch (NotFound e) {
            return Map.of(name, EndpointSettings.builder().build());
        }
    }

    public NetworkSettings settings(Container c, int minor) {
        Map<String, EndpointSettings> places = of(c, minor);
        EndpointSettings first =
                places.getOrDefault(FIRST, EndpointSettings.builder().build());
        return NetworkSettings.builder()
                .sandboxId(c.isRunning() ? c.id().hex() : "")
                .sandboxKey(c.isRunning() ? "/proc/" + c.pid() + "/ns/net" : "")
                .ports(bindings(c))
                .endpointId(first.endpointId())
                .gateway(first.gateway())
                .globalIpv6Address(first.globalIpv6Address())
                .globalIpv6PrefixLen(first.globalIpv6PrefixLen())
                .ipAddress(first.ipAddress())
                .ipPrefixLen(first.ipPrefixLen())
                .ipv6Gateway(first.ipv6Gateway())
                .macAddress(first.macAddress())
                .networks(places)
                .build();
    }

    /// What the mode of the network is called: the name of the network that comes first.
    public String mode(Container c) {
        return switch (c.spec().network()) {
            case HOST -> "host";
            case NONE, DEFAULT -> "none";
            case CONTAINER -> "container:" + c.spec().networking().container();
            case NETWORKS -> {
                List<Joined> joined = networks.get().of(c.id());
                yield joined.isEmpty() ? FIRST : joined.getFirst().network().name();
            }
        };
    }

    private List<PublishedPort> published(Container c) {
        return networks.get().of(c.id()).stream()
                .flatMap(j -> j.member().endpoint().stream())
                .flatMap(e -> e.ports().stream())
                .toList();
    }

    /// While it runs in networks: exposed ports with what they are published as, or with nothing.
    private Map<String, List<PortBinding>> bindings(Container c) {
        Map<String, List<PortBinding>> all = new TreeMap<>();
        if (!c.isRunning() || c.spec().network() != ContainerSpec.Network.NETWORKS) {
            return all;
        }
        exposed(c).forEach(port -> all.put(port.toString(), new ArrayList<>()));
        for (PublishedPort p : published(c)) {
            all.computeIfAbsent(p.container().toString(), _ -> new ArrayList<>())
                    .add(new PortBinding(p.hostIp().toString(), Integer.toString(p.hostPort())));
        }
        return all;
    }

    private static TreeSet<ContainerPort> exposed(Container c) {
        TreeSet<ContainerPort> ports = new TreeSet<>();
        c.spec().networking().exposed().forEach(p -> ports.add(ContainerPort.parse(p)));
        c.spec().networking().portRequests().forEach(r -> ports.add(r.container()));
        return ports;
    }

    /// As a listing has them.
    public List<Port> ports(Container c) {
        if (!c.isRunning() || c.spec().network() != ContainerSpec.Network.NETWORKS) {
            return List.of();
        }
        List<PublishedPort> published = published(c);
        List<Port> all = new ArrayList<>();
        for (ContainerPort port : exposed(c)) {
            List<PublishedPort> of =
                    published.stream().filter(p -> p.container().equals(port)).toList();
            String type = port.protocol().wire();
            if (of.isEmpty()) {
                all.add(new Port(null, port.port(), null, type));
            }
            of.forEach(p -> all.add(new Port(p.hostIp().toString(), port.port(), p.hostPort(), type)));
        }
        return all;
    }
}
