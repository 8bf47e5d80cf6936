package dev.gantry.network.firewall;

import dev.gantry.network.address.Family;
import dev.gantry.network.address.Ip;
import dev.gantry.network.endpoint.Endpoint;
import dev.gantry.network.endpoint.SandboxPlan.Attachment;
import dev.gantry.network.model.DriverOptions;
import dev.gantry.network.model.GatewayMode;
import dev.gantry.network.model.Instance;
import dev.gantry.network.model.Network;
import dev.gantry.network.model.Pool;
import dev.gantry.network.port.Protocol;
import dev.gantry.network.port.PublishedPort;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/// What networks and endpoints are in [GantryTable]'s sets. Only what has a bridge has a part in it: other
/// drivers' packets do not pass through the host's own network stack. Those of an overlay should not either: its
/// bridge is one that leads nowhere else.
///
/// ```java
/// var now = Elements.of(instance, networks, attachments);
/// nft.apply(ElementChange.between(before, now));     // a container came, went, or published a port
/// nft.load(GantryTable.of(instance).with(now));      // the table was flushed by somebody
/// ```
public final class Elements {
    private final Instance instance;
    private final TreeSet<Element> elements = new TreeSet<>();

    private Elements(Instance instance) {
        this.instance = instance;
    }

    /// All of them, sorted: a pure function of what is stored.
    public static List<Element> of(
            Instance instance, Collection<Network> networks, Collection<Attachment> attachments) {
        Elements all = new Elements(instance);
        networks.forEach(all::network);
        attachments.forEach(all::endpoint);
        return List.copyOf(all.elements);
    }

    /// That the host is no router for others in this family, although it forwards packets.
    public static Element closed(Family family) {
        return new Element(
                GantryTable.CLOSED,
                List.of(new Element.Value.OfFamily(family)),
                List.of(new Element.Value.Verdict(new Action.Drop())));
    }

    /// Of the tunnels between this host and others: who may send into them.
    ///
    /// @param others each with the TCP port of its engine, to which only engines speak
    public static List<Element> ofTunnels(Ip own, Map<Ip, Integer> others, int udpPort) {
        Elements all = new Elements(Instance.DEFAULT);
        Element.Value udp = new Element.Value.Transport(Protocol.UDP);
        Element.Value port = new Element.Value.Port(udpPort);
        all.tunnel(own, udp, port);
        Element.Value tcp = new Element.Value.Transport(Protocol.TCP);
        others.forEach((host, enginesPort) -> {
            all.tunnel(host, udp, port);
            all.tunnel(host, tcp, new Element.Value.Port(enginesPort));
            all.add(GantryTable.tunnelHosts(host.family()), List.of(new Element.Value.Address(host)));
        });
        return List.copyOf(all.elements);
    }

    /// Of tunnels whose packets are encrypted, beside the others.
    public static List<Element> ofSealedTunnels(Ip own, Collection<Ip> others, int udpPort) {
        Elements all = new Elements(Instance.DEFAULT);
        Element.Value udp = new Element.Value.Transport(Protocol.UDP);
        Element.Value port = new Element.Value.Port(udpPort);
        all.tunnel(own, udp, port);
        others.forEach(host -> all.tunnel(host, udp, port));
        all.add(GantryTable.SEALED_NUMBERS, List.of(port));
        return List.copyOf(all.elements);
    }

    private void network(Network network) {
        if (network.spec().configOnly()) {
            return;
        }
        Element.Value bridge = new Element.Value.InterfaceName(instance.bridge(network));
        if (network.options() instanceof DriverOptions.Overlay) {
            add(GantryTable.BRIDGES, List.of(bridge));
            add(GantryTable.WITHIN, List.of(bridge, bridge), new Element.Value.Verdict(new Action.Accept()));
            add(GantryTable.INTERNAL, List.of(bridge));
            return;
        }
        if (!(network.options() instanceof DriverOptions.Bridge options)) {
            return;
        }
        add(GantryTable.BRIDGES, List.of(bridge));
        Action among = options.betweenContainers() ? new Action.Accept() : new Action.Drop();
        add(GantryTable.WITHIN, List.of(bridge, bridge), new Element.Value.Verdict(among));
        if (network.spec().internal()) {
            add(GantryTable.INTERNAL, List.of(bridge));
            return;
        }
        for (String trusted : options.trustedInterfaces()) {
            add(
                    GantryTable.TRUSTED,
                    List.of(new Element.Value.InterfaceName(trusted), bridge),
                    new Element.Value.Verdict(new Action.Goto(GantryTable.OPEN)));
        }
        for (Family family : Family.values()) {
            // A family that the network does not have is closed too: nothing of it can be meant.
            add(
                    GantryTable.entering(family),
                    List.of(bridge),
                    new Element.Value.Verdict(entering(options.gatewayMode(family))));
        }
        network.pools().forEach(pool -> translations(pool, options, bridge));
    }

    private static Action entering(GatewayMode mode) {
        return switch (mode) {
            case NAT, ISOLATED -> new Action.Drop();
            case NAT_UNPROTECTED -> new Action.Accept();
            case ROUTED -> new Action.Goto(GantryTable.OPEN);
        };
    }

    private void translations(Pool pool, DriverOptions.Bridge options, Element.Value bridge) {
        Family family = pool.family();
        if (!options.gatewayMode(family).translates()) {
            return;
        }
        Element.Value subnet = new Element.Value.Block(pool.subnet());
        add(GantryTable.hairpin(family), List.of(bridge, subnet));
        Optional<Ip> source = options.hostAddress(family);
        if (source.isPresent()) {
            add(GantryTable.source(family), List.of(subnet), new Element.Value.Address(source.get()));
        } else if (options.masquerade()) {
            add(GantryTable.masqueraded(family), List.of(subnet));
        }
    }

    private void endpoint(Attachment a) {
        Network network = a.network();
        if (network.spec().internal() || !(network.options() instanceof DriverOptions.Bridge options)) {
            return;
        }
        for (PublishedPort port : a.endpoint().ports()) {
            Optional<Ip> inside = target(a.endpoint(), port);
            if (inside.isPresent()) {
                publish(port, inside.get(), options);
            }
        }
        // What a relay serves is the administrator's to refuse, too.
        Relay.of(List.of(a))
                .forEach(r -> seen(new Element.Value.Transport(r.protocol()), new Element.Value.Port(r.port())));
    }

    /// Where rules send packets for a published port; empty where they cannot, and a relay must: IPv6 to
    /// a container that has no IPv6 address.
    public static Optional<Ip> target(Endpoint endpoint, PublishedPort port) {
        return port.hostIp().equals(Ip.LOOPBACK_V6)
                ? Optional.empty()
                : endpoint.address(port.hostIp().family());
    }

    private void publish(PublishedPort port, Ip inside, DriverOptions.Bridge options) {
        Family family = inside.family();
        Element.Value protocol = new Element.Value.Transport(port.container().protocol());
        Element.Value outer = new Element.Value.Port(port.hostPort());
        Element.Value inner = new Element.Value.Port(port.container().port());
        Element.Value container = new Element.Value.Address(inside);
        GatewayMode mode = options.gatewayMode(family);
        if (mode == GatewayMode.ROUTED || !options.trustedInterfaces().isEmpty()) {
            add(GantryTable.open(family), List.of(container, protocol, inner));
        }
        if (!mode.translates()) {
            return;
        }
        seen(protocol, outer);
        if (port.hostIp().isAny()) {
            add(GantryTable.published(family), List.of(protocol, outer), container, inner);
        } else {
            Element.Value host = new Element.Value.Address(port.hostIp());
            add(GantryTable.publishedAt(family), List.of(host, protocol, outer), container, inner);
        }
    }

    private void tunnel(Ip host, Element.Value protocol, Element.Value port) {
        add(GantryTable.tunnels(host.family()), List.of(new Element.Value.Address(host), protocol, port));
        add(GantryTable.TUNNEL_NUMBERS, List.of(port));
    }

    /// By the administrator's rules.
    private void seen(Element.Value protocol, Element.Value port) {
        add(GantryTable.PORTS, List.of(protocol, port));
        add(GantryTable.PORT_NUMBERS, List.of(port));
    }

    private void add(String set, List<Element.Value> key, Element.Value... value) {
        elements.add(new Element(set, key, new ArrayList<>(List.of(value))));
    }
}
