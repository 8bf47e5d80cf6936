package dev.gantry.network.endpoint;

import dev.gantry.base.InvalidArgument;
import dev.gantry.network.address.AddressWithPrefix;
import dev.gantry.network.address.Family;
import dev.gantry.network.address.Ip;
import dev.gantry.network.address.Subnet;
import dev.gantry.network.model.DriverOptions;
import dev.gantry.network.model.Drivers;
import dev.gantry.network.model.EndpointId;
import dev.gantry.network.model.Instance;
import dev.gantry.network.model.Network;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// The plans of all endpoints of one container together: only together do they say which interface is
/// called what, and through which network the container reaches everything else.
public record SandboxPlan(List<EndpointPlan> endpoints) {
    /// One endpoint, and its network.
    public record Attachment(Network network, Endpoint endpoint) {}

    public SandboxPlan {
        endpoints = List.copyOf(endpoints);
    }

    /// In the order in which interfaces are named. `namedBefore` are the names that interfaces already
    /// have in a running container: they stay.
    public static SandboxPlan of(Instance instance, List<Attachment> attachments, Map<EndpointId, String> namedBefore) {
        List<Attachment> byGateway = attachments.stream().sorted(BY_GATEWAY).toList();
        Set<String> taken = new HashSet<>(namedBefore.values());
        for (Attachment a : attachments) {
            String wished =
                    EndpointOptions.read(a.endpoint().request().driverOptions()).interfaceName();
            if (!wished.isEmpty() && !namedBefore.containsKey(a.endpoint().id()) && !taken.add(wished)) {
                throw new InvalidArgument(
                        "connect container " + a.endpoint().names().getFirst() + " to network "
                                + a.network().name(),
                        "the interface name " + wished + " is taken in this container",
                        "choose another com.docker.network.endpoint.ifname");
            }
        }
        List<EndpointPlan> plans = new ArrayList<>();
        for (Attachment a : attachments) {
            EndpointOptions options =
                    EndpointOptions.read(a.endpoint().request().driverOptions());
            String name = namedBefore.getOrDefault(a.endpoint().id(), options.interfaceName());
            if (name.isEmpty()) {
                name = free(a.network().options().interfacePrefix(), taken);
            }
            plans.add(plan(instance, a, name, options, routes(a, byGateway)));
        }
        return new SandboxPlan(plans);
    }

    /// The endpoint that gives the default gateway: the highest priority; among equals one that is not
    /// internal, has both families, and the first by its network's name.
    private static final Comparator<Attachment> BY_GATEWAY = Comparator.<Attachment>comparingInt(
                    a -> -a.endpoint().request().gatewayPriority())
            .thenComparing(a -> a.network().spec().internal())
            .thenComparing(a -> !(a.network().has(Family.IPV4) && a.network().has(Family.IPV6)))
            .thenComparing(a -> a.network().name());

    private static String free(String prefix, Set<String> taken) {
        for (int i = 0; ; i++) {
            if (taken.add(prefix + i)) {
                return prefix + i;
            }
        }
    }

    /// For each family the first endpoint that has a gateway of that family gives the default route.
    private static List<Route> routes(Attachment of, List<Attachment> byGateway) {
        List<Route> routes = new ArrayList<>();
        for (Family family : Family.values()) {
            Optional<Attachment> first =
                    byGateway.stream().filter(a -> leadsOut(a, family)).findFirst();
            if (first.isPresent()
                    && first.get().endpoint().id().equals(of.endpoint().id())) {
                Subnet everything = new Subnet(family == Family.IPV4 ? Ip.ANY_V4 : Ip.ANY_V6, 0);
                // An L3 ipvlan has no neighbours to ask: its parent routes.
                boolean layer3 = of.network().options() instanceof DriverOptions.Ipvlan i
                        && i.mode() != DriverOptions.Ipvlan.Mode.L2;
                routes.add(new Route(
                        everything, layer3 ? null : gateway(of, family).orElse(null)));
            }
        }
        routes.addAll(of.endpoint().given().routes());
        return routes;
    }

    /// Whether a network is a way to what is outside, as far as is known before anything is in it.
    public static boolean leadsOut(Network network) {
        return !network.spec().internal()
                && !(network.options() instanceof DriverOptions.Overlay)
                && (network.options() instanceof DriverOptions.Plugin
                        || network.pools().stream().anyMatch(p -> p.gateway().isPresent()));
    }

    /// Of a driver that is not ours it is known once it has said so; until then it is assumed. No overlay leads out:
    /// its
    /// gateway's address is nobody's.
    private static boolean leadsOut(Attachment a, Family family) {
        Network network = a.network();
        if (network.spec().internal() || network.options() instanceof DriverOptions.Overlay) {
            return false;
        }
        if (network.options() instanceof DriverOptions.Plugin) {
            Given given = a.endpoint().given();
            return given.joined() ? given.gateway(family).isPresent() : network.wants(family);
        }
        return network.pools(family).stream().anyMatch(p -> p.gateway().isPresent());
    }

    /// That of the subnet the endpoint has an address in.
    private static Optional<Ip> gateway(Attachment a, Family family) {
        if (a.endpoint().given().joined()) {
            return a.endpoint().given().gateway(family);
        }
        return a.network().pools(family).stream()
                .filter(p -> a.endpoint()
                        .address(family)
                        .filter(p.subnet()::contains)
                        .isPresent())
                .flatMap(p -> p.gateway().stream())
                .findFirst();
    }

    private static EndpointPlan plan(
            Instance instance, Attachment a, String name, EndpointOptions options, List<Route> routes) {
        Endpoint endpoint = a.endpoint();
        List<AddressWithPrefix> addresses = new ArrayList<>(endpoint.addresses());
        for (Ip ip : endpoint.request().linkLocalAddresses()) {
            addresses.add(new AddressWithPrefix(ip, ip.isV4() ? 16 : 64));
        }
        Link link = link(instance, a);
        return new EndpointPlan(
                endpoint.id(),
                a.network().id(),
                link,
                name,
                endpoint.mac(),
                NetworkPlan.mtu(a.network()),
                addresses,
                routes,
                sysctls(link, name, addresses, options),
                dnsNames(a));
    }

    /// What an interface of ours needs; that of others has another name until it is there.
    private static List<Sysctl> sysctls(
            Link link, String name, List<AddressWithPrefix> addresses, EndpointOptions options) {
        if (link instanceof Link.Moved || link instanceof Link.Ready) {
            return List.of();
        }
        List<Sysctl> sysctls = new ArrayList<>();
        sysctls.add(new Sysctl(
                "net.ipv6.conf." + name.replace('.', '/') + ".disable_ipv6",
                addresses.stream().allMatch(x -> x.address().isV4()) ? "1" : "0"));
        // Address management knows what is free: nobody waits a second for neighbours to object.
        sysctls.add(new Sysctl("net.ipv6.conf." + name.replace('.', '/') + ".accept_dad", "0"));
        options.sysctls().forEach(s -> sysctls.add(s.of(name)));
        return sysctls;
    }

    private static Link link(Instance instance, Attachment a) {
        Network network = a.network();
        String host = Instance.hostInterface(a.endpoint().id());
        return switch (network.options()) {
            case DriverOptions.Bridge b -> new Link.Veth(host, instance.bridge(network), !b.betweenContainers(), true);
            case DriverOptions.Overlay _ -> new Link.Veth(host, instance.bridge(network), false, false);
            case DriverOptions.Macvlan m -> new Link.Macvlan(m.parent(), m.mode());
            case DriverOptions.Ipvlan i -> new Link.Ipvlan(i.parent(), i.mode(), i.flag());
            case DriverOptions.Plugin _ -> {
                String source = a.endpoint().given().source();
                yield source.isEmpty() ? new Link.Ready() : new Link.Moved(source);
            }
            case DriverOptions.None _ ->
                throw new IllegalStateException("the network " + network.name() + " has no interfaces of ours");
        };
    }

    /// Under which names others in the network find the container; on the default bridge, and on that through which
    /// members of overlays reach the outside, under none.
    public static List<String> dnsNames(Attachment a) {
        if (!Drivers.hasNames(a.network().name())) {
            return List.of();
        }
        List<String> names = new ArrayList<>();
        names.add(a.endpoint().names().getFirst());
        names.addAll(a.endpoint().request().aliases());
        names.add(a.endpoint().container().shortHex());
        names.addAll(a.endpoint().names().subList(1, a.endpoint().names().size()));
        return names.stream().distinct().toList();
    }
}
