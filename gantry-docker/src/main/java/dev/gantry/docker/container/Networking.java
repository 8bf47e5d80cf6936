package dev.gantry.docker.container;

import dev.gantry.api.container.CreateRequest;
import dev.gantry.api.container.HostConfig;
import dev.gantry.api.container.PortBinding;
import dev.gantry.api.network.EndpointSettings;
import dev.gantry.docker.network.EndpointTranslation;
import dev.gantry.docker.route.DockerError;
import dev.gantry.engine.container.ContainerSpec;
import dev.gantry.engine.container.EndpointWish;
import dev.gantry.engine.container.NetworkingSpec;
import dev.gantry.engine.container.PortWish;
import dev.gantry.network.address.MacAddress;
import dev.gantry.network.endpoint.EndpointRequest;
import dev.gantry.network.port.ContainerPort;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// What a create request asks of networks. Pure.
///
/// @param kind of the network
/// @param spec of the places in networks
record Networking(ContainerSpec.Network kind, NetworkingSpec spec) {
    private static final String SHARED = "container:";
    private static final Pattern RANGE = Pattern.compile("([0-9]{1,5})-([0-9]{1,5})(/[a-z]+|)");
    private static final int MOST_PORT = 65_535;

    /// `idOf` makes a network's id of its name, so that two names of one network meet; what it does not know it leaves.
    static Networking of(CreateRequest r, HostConfig host, UnaryOperator<String> idOf) {
        String mode = host.networkMode();
        if (HostConfigCheck.isNetworkDisabled(r) || mode.equals("none")) {
            return new Networking(ContainerSpec.Network.NONE, spec(List.of(), r, host));
        }
        if (mode.equals("host")) {
            return new Networking(ContainerSpec.Network.HOST, spec(List.of(), r, host));
        }
        if (mode.startsWith(SHARED)) {
            String other = mode.substring(SHARED.length());
            return new Networking(
                    ContainerSpec.Network.CONTAINER, spec(List.of(), r, host).sharing(other));
        }
        boolean usual = mode.isEmpty() || mode.equals("default") || mode.equals("bridge");
        List<EndpointWish> places = places(r, host, usual ? "bridge" : mode, idOf);
        boolean nothingAsked = places.size() == 1 && places.getFirst().request().equals(EndpointRequest.ANY);
        return usual && nothingAsked
                ? new Networking(ContainerSpec.Network.DEFAULT, spec(List.of(), r, host))
                : new Networking(ContainerSpec.Network.NETWORKS, spec(places, r, host));
    }

    private static NetworkingSpec spec(List<EndpointWish> places, CreateRequest r, HostConfig host) {
        List<String> exposed = r.exposedPorts() == null
                ? List.of()
                : r.exposedPorts().keySet().stream()
                        .flatMap(Networking::range)
                        .map(p -> ContainerPort.parse(p).toString())
                        .toList();
        return new NetworkingSpec("", places, ports(host.portBindings()), host.publishAllPorts(), exposed);
    }

    /// `80-82/tcp` as three; anything else as it is.
    private static Stream<String> range(String ports) {
        Matcher m = RANGE.matcher(ports);
        if (!m.matches()) {
            return Stream.of(ports);
        }
        int first = Integer.parseInt(m.group(1));
        int last = Integer.parseInt(m.group(2));
        if (last < first || last > MOST_PORT) {
            throw DockerError.badParameter("invalid range format for -expose: " + ports);
        }
        return IntStream.rangeClosed(first, last).mapToObj(p -> p + m.group(3));
    }

    static List<PortWish> ports(Map<String, List<PortBinding>> wanted) {
        List<PortWish> ports = new ArrayList<>();
        for (var entry : new TreeMap<>(wanted).entrySet()) {
            List<PortBinding> bindings = entry.getValue();
            String port = ContainerPort.parse(entry.getKey()).toString();
            for (PortBinding b : bindings == null ? List.<PortBinding>of() : bindings) {
                ports.add(new PortWish(port, b.hostIp(), b.hostPort()));
            }
        }
        return ports;
    }

    /// As they were asked for, unless they were changed since.
    static Map<String, List<PortBinding>> bindings(Map<String, List<PortBinding>> asked, NetworkingSpec now) {
        if (ports(asked).equals(now.publish())) {
            return asked;
        }
        Map<String, List<PortBinding>> all = new TreeMap<>();
        now.publish()
                .forEach(w -> all.computeIfAbsent(w.container(), _ -> new ArrayList<>())
                        .add(new PortBinding(w.hostIp(), w.hostPort())));
        return all;
    }

    /// The network of the mode first.
    private static List<EndpointWish> places(
            CreateRequest r, HostConfig host, String mode, UnaryOperator<String> idOf) {
        Map<String, EndpointWish> byId = new LinkedHashMap<>();
        byId.put(idOf.apply(mode), EndpointWish.in(mode));
        endpoints(r).forEach((asked, settings) -> {
            String name = asked.equals("default") ? "bridge" : asked;
            byId.put(idOf.apply(name), EndpointWish.of(name, EndpointTranslation.request(settings)));
        });
        byId.computeIfPresent(
                idOf.apply(mode), (_, wish) -> EndpointWish.of(wish.network(), main(wish.request(), r, host)));
        return List.copyOf(byId.values());
    }

    static Map<String, EndpointSettings> endpoints(CreateRequest r) {
        var networking = r.networkingConfig();
        @Nullable Map<String, EndpointSettings> all = networking == null ? null : networking.endpointsConfig();
        return all == null ? Map.of() : all;
    }

    /// The older fields of a request speak of the network of its mode.
    private static EndpointRequest main(EndpointRequest e, CreateRequest r, HostConfig host) {
        Map<String, String> links = new HashMap<>(e.links());
        links.putAll(EndpointTranslation.links(CreateTranslation.list(host.links())));
        String mac = r.macAddress() == null ? "" : r.macAddress();
        MacAddress own = e.mac();
        if (!mac.isEmpty() && own != null && !own.equals(new MacAddress(mac))) {
            throw DockerError.badParameter(
                    "the container-wide MAC address must match the endpoint-specific MAC address for the main network,"
                            + " or it should be left empty");
        }
        return new EndpointRequest(
                e.aliases(),
                links,
                e.addresses(),
                e.linkLocalAddresses(),
                mac.isEmpty() ? own : new MacAddress(mac),
                e.driverOptions(),
                e.gatewayPriority());
    }
}
