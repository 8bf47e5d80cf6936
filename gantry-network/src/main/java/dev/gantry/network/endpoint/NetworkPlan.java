package dev.gantry.network.endpoint;

import dev.gantry.base.InvalidArgument;
import dev.gantry.network.address.AddressWithPrefix;
import dev.gantry.network.address.Family;
import dev.gantry.network.address.Ip;
import dev.gantry.network.encryption.EncryptionPlan;
import dev.gantry.network.model.DriverOptions;
import dev.gantry.network.model.GatewayMode;
import dev.gantry.network.model.Instance;
import dev.gantry.network.model.Network;
import dev.gantry.network.model.Pool;
import java.util.ArrayList;
import java.util.List;

/// What a network itself needs on the host before its first endpoint: links in the order of their making,
/// and settings.
public record NetworkPlan(List<HostLink> links, List<Sysctl> sysctls) {
    public NetworkPlan {
        links = List.copyOf(links);
        sysctls = List.copyOf(sysctls);
    }

    /// An interface of the host. `mtu` 0 leaves the kernel's.
    public sealed interface HostLink {
        String name();

        /// A bridge without spanning tree, with the gateways' addresses.
        record Bridge(String name, int mtu, List<AddressWithPrefix> addresses) implements HostLink {
            public Bridge {
                addresses = List.copyOf(addresses);
            }
        }

        /// A VLAN of `parent`; made when it is missing, and removed with the network then only.
        record Vlan(String name, String parent, int id) implements HostLink {}

        /// A port of `bridge` whose frames travel in UDP to other hosts (RFC 7348). Where they are is
        /// told by whoever knows the cluster, as forwarding entries.
        record Vxlan(String name, String bridge, int vni, int mtu, boolean encrypted) implements HostLink {}
    }

    /// What VXLAN puts around a frame: outer IPv4, UDP and VXLAN headers and the inner Ethernet header.
    private static final int VXLAN_OVERHEAD = 50;

    private static final int IPV6_LONGER = 40 - 20;

    private static final int ETHERNET_MTU = 1500;

    /// Pure. An overlay needs a number for each subnet, from its options or the cluster.
    public static NetworkPlan of(Instance instance, Network network) {
        return switch (network.options()) {
            case DriverOptions.Bridge b -> bridge(instance, network, b);
            case DriverOptions.Macvlan m -> new NetworkPlan(vlan(network, m.parent()), List.of());
            case DriverOptions.Ipvlan i -> new NetworkPlan(vlan(network, i.parent()), List.of());
            case DriverOptions.Overlay o -> overlay(instance, network, o);
            case DriverOptions.None _, DriverOptions.Plugin _ -> new NetworkPlan(List.of(), List.of());
        };
    }

    /// Of all links of a network, those in containers too; 0 leaves the kernel's. Frames of an overlay need room
    /// for what is put around them.
    static int mtu(Network network) {
        DriverOptions options = network.options();
        if (options.mtu() != DriverOptions.NO_MTU || !(options instanceof DriverOptions.Overlay overlay)) {
            return options.mtu();
        }
        // Hosts are all known by addresses of one family.
        int header = network.span().home().isV4() ? 0 : IPV6_LONGER;
        return ETHERNET_MTU - VXLAN_OVERHEAD - header - (overlay.encrypted() ? EncryptionPlan.OVERHEAD : 0);
    }

    private static NetworkPlan bridge(Instance instance, Network network, DriverOptions.Bridge options) {
        String name = instance.bridge(network);
        List<AddressWithPrefix> addresses = new ArrayList<>();
        for (Pool pool : network.pools()) {
            boolean wanted = options.gatewayMode(pool.family()) != GatewayMode.ISOLATED
                    && !(pool.family() == Family.IPV4 && options.inhibitIpv4());
            if (wanted) {
                pool.gateway()
                        .ifPresent(ip -> addresses.add(
                                new AddressWithPrefix(ip, pool.subnet().prefix())));
            }
        }
        String path = name.replace('.', '/');
        List<Sysctl> sysctls = new ArrayList<>();
        sysctls.add(new Sysctl("net.ipv6.conf." + path + ".disable_ipv6", network.has(Family.IPV6) ? "0" : "1"));
        if (network.has(Family.IPV4) && !network.spec().internal()) {
            sysctls.add(new Sysctl("net.ipv4.ip_forward", "1"));
            // A port published on 127.0.0.1 is reached from there; what comes from outside to such an address is
            // dropped by the chain `spoofed`.
            sysctls.add(new Sysctl("net.ipv4.conf." + path + ".route_localnet", "1"));
        }
        if (network.has(Family.IPV6)) {
            sysctls.add(new Sysctl("net.ipv6.conf." + path + ".accept_dad", "0"));
            // No router advertisement of a container may change the host's routes.
            sysctls.add(new Sysctl("net.ipv6.conf." + path + ".accept_ra", "0"));
            if (!network.spec().internal()) {
                sysctls.add(new Sysctl("net.ipv6.conf.all.forwarding", "1"));
            }
        }
        return new NetworkPlan(List.of(new HostLink.Bridge(name, options.mtu(), addresses)), sysctls);
    }

    private static List<HostLink> vlan(Network network, String parent) {
        int dot = parent.lastIndexOf('.');
        if (dot < 0) {
            return List.of();
        }
        String number = parent.substring(dot + 1);
        boolean digits =
                !number.isEmpty() && number.length() < 5 && number.chars().allMatch(Character::isDigit);
        int id = digits ? Integer.parseInt(number) : 0;
        if (id < 1 || id > 4094) {
            throw new InvalidArgument(
                    "create network " + network.name(),
                    "invalid parent " + parent + ": after the dot comes a VLAN from 1 to 4094",
                    "write -o parent=" + parent.substring(0, dot) + ".50");
        }
        return List.of(new HostLink.Vlan(parent, parent.substring(0, dot), id));
    }

    private static NetworkPlan overlay(Instance instance, Network network, DriverOptions.Overlay options) {
        if (options.vnis().size() < network.pools().size()) {
            throw new InvalidArgument(
                    "create network " + network.name(),
                    "an overlay of " + network.pools().size() + " subnets has "
                            + options.vnis().size() + " VXLAN numbers",
                    "give one for each with -o com.docker.network.driver.overlay.vxlanid_list");
        }
        String bridge = instance.bridge(network);
        int mtu = mtu(network);
        List<HostLink> links = new ArrayList<>();
        List<AddressWithPrefix> none = List.of();
        links.add(new HostLink.Bridge(bridge, mtu, none));
        for (int i = 0; i < network.pools().size(); i++) {
            int vni = options.vnis().get(i);
            // 24 bits are 6 hex digits: the name is unique, as the number is.
            String name = String.format("vx-%06x", vni);
            links.add(new HostLink.Vxlan(name, bridge, vni, mtu, options.encrypted()));
        }
        // The host has no address in an overlay, and answers for none of its others there.
        return new NetworkPlan(
                links,
                List.of(
                        new Sysctl("net.ipv6.conf." + bridge + ".disable_ipv6", "1"),
                        new Sysctl("net.ipv4.conf." + bridge + ".arp_ignore", "8")));
    }

    /// The addresses of the host in this network.
    public List<Ip> hostAddresses() {
        return links.stream()
                .filter(HostLink.Bridge.class::isInstance)
                .map(HostLink.Bridge.class::cast)
                .flatMap(b -> b.addresses().stream())
                .map(AddressWithPrefix::address)
                .toList();
    }
}
