package dev.gantry.engine.plugin.network;

import dev.gantry.base.GantryException;
import dev.gantry.base.NotFound;
import dev.gantry.engine.plugin.PluginAnswer;
import dev.gantry.engine.plugin.PluginClient;
import dev.gantry.engine.plugin.PluginKind;
import dev.gantry.engine.plugin.Plugins;
import dev.gantry.network.address.AddressWithPrefix;
import dev.gantry.network.address.Family;
import dev.gantry.network.address.Ip;
import dev.gantry.network.address.MacAddress;
import dev.gantry.network.address.Subnet;
import dev.gantry.network.model.EndpointId;
import dev.gantry.network.model.Network;
import dev.gantry.network.model.NetworkSpec;
import dev.gantry.network.model.Pool;
import dev.gantry.network.port.PublishedPort;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/// Networks of one plugin. What its answers say is checked: no interface whose name the kernel would not
/// take, no address
/// that was given and shall now be another.
public final class RemoteNetworks {
    /// Under which users' options are told.
    private static final String GENERIC = "com.docker.network.generic";

    private static final Duration DEADLINE = Duration.ofSeconds(30);
    private static final Pattern INTERFACE = Pattern.compile("[^/:\\s\\p{Cntrl}]{1,15}");

    private final PluginClient plugin;

    private RemoteNetworks(PluginClient plugin) {
        this.plugin = plugin;
    }

    public static RemoteNetworks of(Plugins plugins, String name) {
        return new RemoteNetworks(plugins.get(name, PluginKind.NETWORK));
    }

    /// `scope` is `local` or `global`; `connectivity` the same of who reaches whom.
    public record Capabilities(String scope, String connectivity, boolean checksGateways) {}

    public Capabilities capabilities() {
        PluginAnswer answer = plugin.call("ask for capabilities", "NetworkDriver.GetCapabilities", DEADLINE);
        String scope = scope(answer, "Scope", "local");
        return new Capabilities(scope, scope(answer, "ConnectivityScope", scope), answer.flag("GwAllocChecker"));
    }

    private static String scope(PluginAnswer answer, String field, String usual) {
        String text = answer.text(field);
        return switch (text) {
            case "" -> usual;
            case "local", "global" -> text;
            default -> throw answer.wrong(field, "local or global");
        };
    }

    // networks

    /// `space` is the address space of its address management, or `null` where nobody manages any.
    public void create(Network network, String space) {
        Map<String, Object> request = new LinkedHashMap<>();
        request.put("NetworkID", network.id().hex());
        request.put("Options", options(network.spec()));
        request.put("IPv4Data", pools(network, space, true));
        request.put("IPv6Data", pools(network, space, false));
        plugin.call("create network " + network.name(), "NetworkDriver.CreateNetwork", request, DEADLINE);
    }

    private static Map<String, Object> options(NetworkSpec spec) {
        Map<String, Object> options = new LinkedHashMap<>();
        options.put(GENERIC, spec.options());
        options.put("com.docker.network.internal", spec.internal());
        options.put("com.docker.network.enable_ipv4", spec.ipv4());
        options.put("com.docker.network.enable_ipv6", spec.ipv6());
        return options;
    }

    /// In which families a network like this needs no gateway; only for a plugin that says that it can be asked.
    public List<Family> withoutGateway(NetworkSpec spec) {
        PluginAnswer answer = plugin.call(
                "create network " + spec.name(),
                "NetworkDriver.GwAllocCheck",
                Map.of("Options", options(spec)),
                DEADLINE);
        return RemoteDriver.families(answer.flag("SkipIPv4"), answer.flag("SkipIPv6"));
    }

    private static List<Map<String, Object>> pools(Network network, String space, boolean ipv4) {
        List<Map<String, Object>> all = new ArrayList<>();
        if (space.equals("null")
                && (ipv4 ? network.spec().ipv4() : network.spec().ipv6())) {
            all.add(Map.of("AddressSpace", space, "Pool", ipv4 ? "0.0.0.0/0" : "::/0"));
        }
        for (Pool p : network.pools()) {
            if (p.subnet().address().isV4() == ipv4) {
                Map<String, Object> pool = new LinkedHashMap<>();
                pool.put("AddressSpace", space);
                pool.put("Pool", p.subnet().toString());
                pool.put(
                        "Gateway",
                        p.gateway().map(g -> g + "/" + p.subnet().prefix()).orElse(""));
                Map<String, String> reserved = new LinkedHashMap<>();
                p.reserved()
                        .forEach((name, ip) ->
                                reserved.put(name, ip + "/" + p.subnet().prefix()));
                pool.put("AuxAddresses", reserved);
                all.add(pool);
            }
        }
        return all;
    }

    public void remove(Network network) {
        plugin.call(
                "remove network " + network.name(),
                "NetworkDriver.DeleteNetwork",
                Map.of("NetworkID", network.id().hex()),
                DEADLINE);
    }

    // endpoints

    /// Returns what the plugin chose itself, which is nothing that was given.
    public RemoteEndpoint createEndpoint(
            Network network, EndpointId endpoint, RemoteEndpoint given, Map<String, ?> options) {
        Map<String, Object> wanted = new LinkedHashMap<>();
        wanted.put("Address", given.ipv4().map(AddressWithPrefix::toString).orElse(""));
        wanted.put("AddressIPv6", given.ipv6().map(AddressWithPrefix::toString).orElse(""));
        wanted.put("MacAddress", given.mac().map(MacAddress::text).orElse(""));
        Map<String, Object> request = ids(network, endpoint);
        request.put("Interface", wanted);
        request.put("Options", options);
        PluginAnswer answer = plugin.call(
                "create an endpoint in network " + network.name(), "NetworkDriver.CreateEndpoint", request, DEADLINE);
        try {
            PluginAnswer chosen = answer.object("Interface");
            return new RemoteEndpoint(
                    address(chosen, "Address", given.ipv4(), true),
                    address(chosen, "AddressIPv6", given.ipv6(), false),
                    mac(chosen, given.mac()));
        } catch (GantryException lie) {
            undo(lie, () -> deleteEndpoint(network, endpoint));
            throw lie;
        }
    }

    private static Optional<AddressWithPrefix> address(
            PluginAnswer chosen, String field, Optional<AddressWithPrefix> given, boolean ipv4) {
        String text = chosen.text(field);
        if (text.isEmpty()) {
            return Optional.empty();
        }
        Optional<AddressWithPrefix> address =
                AddressWithPrefix.find(text).filter(a -> a.address().isV4() == ipv4);
        if (address.isEmpty()) {
            throw chosen.wrong(field, "an address with its prefix");
        }
        if (given.isPresent()) {
            throw chosen.wrong(field, "nothing, since " + given.get() + " was given,");
        }
        return address;
    }

    private static Optional<MacAddress> mac(PluginAnswer chosen, Optional<MacAddress> given) {
        String text = chosen.text("MacAddress");
        if (text.isEmpty()) {
            return Optional.empty();
        }
        if (given.isPresent()) {
            throw chosen.wrong("MacAddress", "nothing, since " + given.get() + " was given,");
        }
        try {
            return Optional.of(new MacAddress(text));
        } catch (GantryException e) {
            throw chosen.wrong("MacAddress", "a MAC address");
        }
    }

    public void deleteEndpoint(Network network, EndpointId endpoint) {
        plugin.call(
                "delete an endpoint of network " + network.name(),
                "NetworkDriver.DeleteEndpoint",
                ids(network, endpoint),
                DEADLINE);
    }

    /// What the plugin tells of it, for whoever inspects the container.
    public Map<String, Object> operationalData(Network network, EndpointId endpoint) {
        Map<String, Object> told = new LinkedHashMap<>();
        plugin.call(
                        "inspect an endpoint of network " + network.name(),
                        "NetworkDriver.EndpointOperInfo",
                        ids(network, endpoint),
                        DEADLINE)
                .object("Value")
                .all()
                .forEach((key, value) -> {
                    if (value != null) {
                        told.put(key, value);
                    }
                });
        return told;
    }

    // containers

    /// `sandbox` is a path of the container's network namespace.
    public RemoteJoin join(Network network, EndpointId endpoint, String sandbox, Map<String, String> options) {
        Map<String, Object> request = ids(network, endpoint);
        request.put("SandboxKey", sandbox);
        request.put("Options", options);
        PluginAnswer answer = plugin.call("join network " + network.name(), "NetworkDriver.Join", request, DEADLINE);
        try {
            PluginAnswer name = answer.object("InterfaceName");
            List<RemoteJoin.Route> routes = new ArrayList<>();
            for (PluginAnswer r : answer.objects("StaticRoutes")) {
                Subnet destination =
                        Subnet.find(r.text("Destination")).orElseThrow(() -> r.wrong("Destination", "a subnet"));
                boolean connected = r.number("RouteType", 0, 1) == 1;
                Optional<Ip> hop = ip(r, "NextHop");
                if (!connected && hop.isEmpty()) {
                    throw r.wrong("NextHop", "an address");
                }
                routes.add(new RemoteJoin.Route(destination, connected ? Optional.empty() : hop));
            }
            return new RemoteJoin(
                    interfaceName(name, "SrcName"),
                    interfaceName(name, "DstPrefix"),
                    interfaceName(name, "DstName"),
                    ip(answer, "Gateway"),
                    ip(answer, "GatewayIPv6"),
                    routes,
                    answer.flag("DisableGatewayService"));
        } catch (GantryException lie) {
            undo(lie, () -> leave(network, endpoint));
            throw lie;
        }
    }

    private static String interfaceName(PluginAnswer from, String field) {
        String text = from.text(field);
        if (!text.isEmpty() && (!INTERFACE.matcher(text).matches() || text.equals(".") || text.equals(".."))) {
            throw from.wrong(field, "the name of an interface");
        }
        return text;
    }

    private static Optional<Ip> ip(PluginAnswer from, String field) {
        String text = from.text(field);
        return text.isEmpty()
                ? Optional.empty()
                : Optional.of(Ip.find(text).orElseThrow(() -> from.wrong(field, "an address")));
    }

    public void leave(Network network, EndpointId endpoint) {
        plugin.call("leave network " + network.name(), "NetworkDriver.Leave", ids(network, endpoint), DEADLINE);
    }

    /// Plugins that publish no ports have no such call.
    public void publish(Network network, EndpointId endpoint, List<PublishedPort> ports) {
        Map<String, Object> request = ids(network, endpoint);
        request.put("Options", Map.of("com.docker.network.portmap", portMap(ports)));
        optional("publish ports", "NetworkDriver.ProgramExternalConnectivity", request);
    }

    static List<Map<String, Object>> portMap(List<PublishedPort> ports) {
        List<Map<String, Object>> map = new ArrayList<>();
        for (PublishedPort p : ports) {
            Map<String, Object> one = new LinkedHashMap<>();
            one.put("Proto", p.container().protocol().number());
            one.put("Port", p.container().port());
            one.put("HostIP", p.hostIp().toString());
            one.put("HostPort", p.hostPort());
            one.put("HostPortEnd", p.hostPort());
            map.add(one);
        }
        return map;
    }

    public void unpublish(Network network, EndpointId endpoint) {
        optional("unpublish ports", "NetworkDriver.RevokeExternalConnectivity", ids(network, endpoint));
    }

    private void optional(String what, String method, Map<String, Object> request) {
        try {
            plugin.call(what, method, request, DEADLINE);
        } catch (NotFound hasNone) {
            return;
        }
    }

    private static void undo(GantryException failure, Runnable undo) {
        try {
            undo.run();
        } catch (GantryException e) {
            failure.addSuppressed(e);
        }
    }

    private static Map<String, Object> ids(Network network, EndpointId endpoint) {
        Map<String, Object> ids = new LinkedHashMap<>();
        ids.put("NetworkID", network.id().hex());
        ids.put("EndpointID", endpoint.hex());
        return ids;
    }
}
