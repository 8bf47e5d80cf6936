package dev.gantry.engine.plugin.network;

import dev.gantry.base.GantryException;
import dev.gantry.base.InvalidArgument;
import dev.gantry.base.NotFound;
import dev.gantry.base.Unavailable;
import dev.gantry.engine.network.ForeignDriver;
import dev.gantry.engine.plugin.Plugins;
import dev.gantry.network.address.AddressWithPrefix;
import dev.gantry.network.address.Family;
import dev.gantry.network.address.MacAddress;
import dev.gantry.network.endpoint.Endpoint;
import dev.gantry.network.endpoint.Given;
import dev.gantry.network.endpoint.Route;
import dev.gantry.network.endpoint.SandboxPlan.Attachment;
import dev.gantry.network.model.Network;
import dev.gantry.network.model.NetworkSpec;
import dev.gantry.network.model.NetworkSpec.Ipam;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/// The networks of one plugin, in the order of calls that plugins know from libnetwork.
record RemoteDriver(Plugins plugins, RemoteNetworks networks) implements ForeignDriver {
    private static final String IFNAME = "com.docker.network.endpoint.ifname";
    private static final String MAC = "com.docker.network.endpoint.macaddress";
    private static final String PORT_MAP = "com.docker.network.portmap";
    private static final String EXPOSED = "com.docker.network.endpoint.exposedports";

    @Override
    public Terms check(NetworkSpec spec) {
        RemoteNetworks.Capabilities can = networks.capabilities();
        return new Terms(
                spec.withScope(can.scope()), can.checksGateways() ? networks.withoutGateway(spec) : List.of(), false);
    }

    @Override
    public void create(Network network) {
        String ipam = network.spec().ipam().driver();
        String space = switch (ipam) {
            case Ipam.DEFAULT_DRIVER -> "LocalDefault";
            case Ipam.NULL_DRIVER -> "null";
            default ->
                RemoteIpam.of(plugins, ipam).addressSpace(network.spec().scope().equals("global"));
        };
        networks.create(network, space);
    }

    @Override
    public void remove(Network network) {
        networks.remove(network);
    }

    @Override
    public Endpoint reserve(Network network, Endpoint endpoint) {
        if (network.pools().isEmpty() && !endpoint.request().addresses().isEmpty()) {
            throw new InvalidArgument(
                    "connect container " + endpoint.names().getFirst() + " to network " + network.name(),
                    "the network has no subnet: its driver gives the addresses",
                    "leave --ip and --ip6 out");
        }
        Map<String, Object> options = new LinkedHashMap<>(endpoint.request().driverOptions());
        options.put(EXPOSED, exposed(endpoint));
        options.put(PORT_MAP, RemoteNetworks.portMap(endpoint.ports()));
        RemoteEndpoint chosen = networks.createEndpoint(network, endpoint.id(), given(endpoint), options);
        List<AddressWithPrefix> addresses = new ArrayList<>(endpoint.addresses());
        chosen.ipv4().ifPresent(addresses::add);
        chosen.ipv6().ifPresent(addresses::add);
        return endpoint.withPlace(addresses, chosen.mac().orElse(endpoint.mac()));
    }

    private static List<Map<String, Object>> exposed(Endpoint endpoint) {
        return endpoint.ports().stream()
                .map(p -> p.container())
                .distinct()
                .map(p -> Map.<String, Object>of("Proto", p.protocol().number(), "Port", p.port()))
                .toList();
    }

    private static RemoteEndpoint given(Endpoint e) {
        return new RemoteEndpoint(
                e.addresses().stream().filter(a -> a.address().isV4()).findFirst(),
                e.addresses().stream().filter(a -> !a.address().isV4()).findFirst(),
                Optional.of(e.mac()).filter(mac -> !mac.equals(MacAddress.UNKNOWN)));
    }

    @Override
    public Joined join(Network network, Endpoint endpoint, Sandbox sandbox) {
        RemoteJoin join = networks.join(
                network, endpoint.id(), sandbox.path(), endpoint.request().driverOptions());
        if (!endpoint.ports().isEmpty()) {
            networks.publish(network, endpoint.id(), endpoint.ports());
        }
        Given given = new Given(
                true,
                join.source(),
                Stream.of(join.gateway(), join.gatewayIpv6())
                        .flatMap(Optional::stream)
                        .toList(),
                join.routes().stream()
                        .map(r -> new Route(r.destination(), r.nextHop().orElse(null)))
                        .toList(),
                Given.NOTHING.resolver(),
                "");
        Endpoint joined = endpoint.with(given).withPlace(endpoint.addresses(), mac(network, endpoint));
        return new Joined(joined, name(endpoint, join, sandbox), List.of());
    }

    /// That of the endpoint, or what the plugin tells whoever inspects it.
    private MacAddress mac(Network network, Endpoint endpoint) {
        Map<String, Object> told;
        try {
            told = networks.operationalData(network, endpoint.id());
        } catch (NotFound tellsNothing) {
            return endpoint.mac();
        }
        if (!endpoint.mac().equals(MacAddress.UNKNOWN) || !(told.get(MAC) instanceof String text)) {
            return endpoint.mac();
        }
        try {
            return new MacAddress(text);
        } catch (InvalidArgument nonsense) {
            return endpoint.mac();
        }
    }

    /// What its user wants, then what the plugin wants.
    private static String name(Endpoint endpoint, RemoteJoin join, Sandbox sandbox) {
        boolean wished = endpoint.request().driverOptions().containsKey(IFNAME);
        if (wished || join.source().isEmpty() && join.destination().isEmpty()) {
            return sandbox.interfaceName();
        }
        if (!join.destination().isEmpty()) {
            return join.destination();
        }
        boolean usual = join.prefix().isEmpty() || sandbox.interfaceName().matches("\\Q" + join.prefix() + "\\E[0-9]+");
        if (usual) {
            return sandbox.interfaceName();
        }
        int number = 0;
        while (sandbox.taken().contains(join.prefix() + number)) {
            number++;
        }
        return join.prefix() + number;
    }

    /// Every call is made, also after one that was refused: what the plugin did not do it cannot take back.
    @Override
    public void end(Network network, Endpoint endpoint, String path) {
        List<Runnable> calls = new ArrayList<>();
        if (!endpoint.ports().isEmpty()) {
            calls.add(() -> networks.unpublish(network, endpoint.id()));
        }
        calls.add(() -> networks.leave(network, endpoint.id()));
        calls.add(() -> networks.deleteEndpoint(network, endpoint.id()));
        GantryException refused = null;
        for (Runnable call : calls) {
            try {
                call.run();
            } catch (Unavailable away) {
                throw away;
            } catch (GantryException e) {
                if (refused == null) {
                    refused = e;
                } else {
                    refused.addSuppressed(e);
                }
            }
        }
        if (refused != null && endpoint.given().joined()) {
            throw refused;
        }
    }

    /// Such plugins keep what they know themselves.
    @Override
    public void settle(Network network, Collection<Attachment> running) {}

    static List<Family> families(boolean ipv4, boolean ipv6) {
        List<Family> all = new ArrayList<>();
        if (ipv4) {
            all.add(Family.IPV4);
        }
        if (ipv6) {
            all.add(Family.IPV6);
        }
        return all;
    }
}
