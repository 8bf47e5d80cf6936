package dev.gantry.network.driver;

import dev.gantry.base.Conflict;
import dev.gantry.base.NotFound;
import dev.gantry.linux.netlink.Message;
import dev.gantry.linux.netlink.NetlinkSocket;
import dev.gantry.linux.netlink.route.InterfaceAddress;
import dev.gantry.linux.netlink.route.Link;
import dev.gantry.linux.netlink.route.LinkRequest;
import dev.gantry.linux.netlink.route.Rtnetlink;
import dev.gantry.linux.netlink.route.VxlanOptions;
import dev.gantry.network.address.AddressWithPrefix;
import dev.gantry.network.address.Ip;
import dev.gantry.network.endpoint.NetworkPlan;
import dev.gantry.network.endpoint.NetworkPlan.HostLink;
import dev.gantry.network.endpoint.Sysctl;
import dev.gantry.network.firewall.GantryTable;
import dev.gantry.network.model.DriverOptions;
import dev.gantry.network.model.Instance;
import dev.gantry.network.model.Network;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;

/// The links of networks on the host: bridges, and what overlays and VLANs need. One thread at a time.
final class HostLinks {
    private static final int SCOPE_LINK = 253; // RT_SCOPE_LINK of <linux/rtnetlink.h>

    /// By which addresses of ours are known on a bridge of the administrator's.
    private static final int ORIGIN = 0x67;

    private final Instance instance;
    private final NetlinkSocket socket;
    private final Rtnetlink host;
    private final HostSettings settings;
    private final Underlay underlay;

    HostLinks(Instance instance, NetlinkSocket socket, HostSettings settings, Underlay underlay) {
        this.instance = instance;
        this.socket = socket;
        this.host = new Rtnetlink(socket);
        this.settings = settings;
        this.underlay = underlay;
    }

    /// Makes what lacks; all of it or nothing. Tells what it made.
    List<String> create(Network network) {
        NetworkPlan plan = NetworkPlan.of(instance, network);
        List<String> made = new ArrayList<>();
        boolean done = false;
        try {
            Map<String, Link> links = new HashMap<>();
            for (HostLink wanted : plan.links()) {
                if (wanted instanceof HostLink.Vxlan v && !isLedHere(network, v)) {
                    remove(network, wanted);
                }
                if (!(wanted instanceof HostLink.Vxlan && underlay.isNone())) {
                    links.put(wanted.name(), link(network, wanted, made));
                }
            }
            own(network, plan, links.values()).filter(s -> !s.opens()).forEach(settings::set);
            for (HostLink wanted : plan.links()) {
                Link link = links.get(wanted.name());
                if (link != null) {
                    complete(network, wanted, link);
                }
            }
            done = true;
            return made.stream().map(name -> "made " + name).toList();
        } finally {
            if (!done) {
                socket.attempt(made.reversed().stream()
                        .map(name -> LinkRequest.named(name).delete())
                        .toList());
            }
        }
    }

    /// The settings that let packets through, once the rules for them are there.
    void open(Network network, Consumer<Sysctl> set) {
        NetworkPlan plan = NetworkPlan.of(instance, network);
        List<Link> links = plan.links().stream()
                .flatMap(wanted -> host.link(wanted.name()).stream())
                .toList();
        own(network, plan, links).filter(Sysctl::opens).forEach(set);
    }

    /// A bridge of the administrator's keeps its settings.
    private Stream<Sysctl> own(Network network, NetworkPlan plan, Collection<Link> links) {
        List<String> foreign = links.stream()
                .filter(link -> !LinkMark.of(instance, network.id()).isOn(link))
                .map(link -> "." + link.name().replace('.', '/') + ".")
                .toList();
        return plan.sysctls().stream().filter(setting -> foreign.stream().noneMatch(setting.name()::contains));
    }

    private Link link(Network network, HostLink wanted, List<String> made) {
        Optional<Link> there = host.link(wanted.name());
        if (there.isPresent() && !isHalfMade(network, there.get())) {
            check(network, wanted, there.get());
            return there.get();
        }
        Message mark = LinkRequest.named(wanted.name())
                .alias(LinkMark.of(instance, network.id()).toString())
                .group(GantryTable.GROUP)
                .change();
        if (there.isEmpty()) {
            make(wanted.name(), request(network, wanted).create(), mark);
            made.add(wanted.name());
        } else {
            host.execute(mark);
        }
        return host.link(wanted.name()).orElseThrow(() -> none(wanted.name()));
    }

    /// In one call, which no kill comes between: what bears no mark is nobody's to remove.
    private void make(String name, Message create, Message mark) {
        try {
            socket.execute(List.of(create, mark));
        } catch (RuntimeException e) {
            socket.attempt(List.of(LinkRequest.named(name).delete()));
            throw e;
        }
    }

    /// Whether tunnels go the way that they go now: they are made once, for one address and port of this host.
    private boolean isLedHere(Network network, HostLink.Vxlan wanted) {
        Optional<Link> there = host.link(wanted.name())
                .filter(l -> LinkMark.of(instance, network.id()).isOn(l));
        if (there.isEmpty()) {
            return true;
        }
        var local = there.get().vxlanLocal();
        return !underlay.isNone()
                && there.get().vxlanPort() == underlay.port(wanted.encrypted())
                && local != null
                && Ip.of(local).equals(underlay.own());
    }

    /// By an older engine that was killed before it could mark it: nobody else gives this address to a bridge.
    private static boolean isHalfMade(Network network, Link link) {
        return link.kind().equals("bridge")
                && link.alias().isEmpty()
                && mac(network).equals(link.mac());
    }

    /// A link of that name is used if it is ours, or if the user named it.
    private void check(Network network, HostLink wanted, Link there) {
        String kind = switch (wanted) {
            case HostLink.Bridge _ -> "bridge";
            case HostLink.Vlan _ -> "vlan";
            case HostLink.Vxlan _ -> "vxlan";
        };
        boolean ours = LinkMark.of(instance, network.id()).isOn(there);
        boolean named =
                network.options() instanceof DriverOptions.Bridge b && !b.name().isEmpty()
                        || wanted instanceof HostLink.Vlan;
        boolean marked = LinkMark.isMarked(there);
        if (!there.kind().equals(kind) || !ours && (!named || marked)) {
            String whose = marked ? "another network has it: " + there.alias() : "there is one, and it is not ours";
            throw new Conflict(
                    "create network " + network.name(),
                    "it needs an interface " + wanted.name() + ", and " + whose,
                    "remove it with: ip link delete " + wanted.name() + ", or choose another name");
        }
    }

    private LinkRequest request(Network network, HostLink wanted) {
        LinkRequest request = LinkRequest.named(wanted.name());
        return switch (wanted) {
            case HostLink.Bridge b -> {
                LinkRequest bridge = request.bridge(o -> o.spanningTree(false)).mac(mac(network));
                yield b.mtu() == 0 ? bridge : bridge.mtu(b.mtu());
            }
            case HostLink.Vlan v -> request.parent(index(network, v.parent())).vlan(v.id());
            case HostLink.Vxlan v ->
                request.vxlan(v.vni(), o -> tunnel(o, v.encrypted()))
                        .master(index(network, v.bridge()))
                        .mtu(v.mtu());
        };
    }

    private void tunnel(VxlanOptions options, boolean encrypted) {
        options.port(underlay.port(encrypted))
                .learning(false)
                .proxy(true)
                .local(underlay.own().toInetAddress());
    }

    private int index(Network network, String name) {
        return host.link(name)
                .orElseThrow(() -> new NotFound(
                        "create network " + network.name(),
                        "the host has no interface " + name,
                        "see the interfaces with: ip link"))
                .index();
    }

    /// One of its own, so that it does not change with the first container; and the same again when the bridge
    /// has to be made anew.
    private static dev.gantry.linux.netlink.route.MacAddress mac(Network network) {
        String id = network.id().hex();
        return dev.gantry.linux.netlink.route.MacAddress.parse("02:42:" + id.substring(0, 2) + ":" + id.substring(2, 4)
                + ":" + id.substring(4, 6) + ":" + id.substring(6, 8));
    }

    private void complete(Network network, HostLink wanted, Link link) {
        List<Message> changes = new ArrayList<>();
        if (wanted instanceof HostLink.Bridge bridge) {
            changes.addAll(
                    addresses(bridge, link, LinkMark.of(instance, network.id()).isOn(link)));
        }
        if (!link.isUp()) {
            changes.add(LinkRequest.index(link.index()).up().change());
        }
        if (!changes.isEmpty()) {
            socket.execute(changes);
        }
    }

    /// What lacks; and where the bridge is ours, what is too much.
    private List<Message> addresses(HostLink.Bridge bridge, Link link, boolean ours) {
        List<Message> changes = new ArrayList<>();
        Set<AddressWithPrefix> missing = new HashSet<>(bridge.addresses());
        for (InterfaceAddress there : host.addresses(link.index())) {
            boolean wanted = missing.remove(new AddressWithPrefix(Ip.of(there.local()), there.prefixLength()));
            if (!wanted && ours && there.scope() != SCOPE_LINK) {
                changes.add(there.delete());
            }
        }
        missing.forEach(a -> changes.add(address(link.index(), a).from(ORIGIN).add()));
        return changes;
    }

    /// Usable at once; with the broadcast address of its subnet.
    static InterfaceAddress address(int link, AddressWithPrefix a) {
        InterfaceAddress address = InterfaceAddress.of(link, a.address().toInetAddress(), a.prefix());
        if (!a.address().isV4()) {
            return address.withoutDetection();
        }
        return a.prefix() > 30
                ? address
                : address.withBroadcast(a.subnet().last().toInetAddress());
    }

    /// Removes what is ours of it.
    void remove(Network network) {
        for (HostLink wanted : NetworkPlan.of(instance, network).links().reversed()) {
            remove(network, wanted);
        }
    }

    private void remove(Network network, HostLink wanted) {
        Optional<Link> there = host.link(wanted.name());
        if (there.isPresent() && LinkMark.of(instance, network.id()).isOn(there.get())) {
            host.execute(LinkRequest.index(there.get().index()).delete());
        } else if (there.isPresent() && wanted instanceof HostLink.Bridge bridge) {
            removeAddresses(bridge, there.get());
        }
    }

    /// From a bridge that stays. An address that was there before has another origin.
    private void removeAddresses(HostLink.Bridge bridge, Link link) {
        for (InterfaceAddress there : host.addresses(link.index())) {
            var address = new AddressWithPrefix(Ip.of(there.local()), there.prefixLength());
            if (there.origin() == ORIGIN && bridge.addresses().contains(address)) {
                host.execute(there.delete());
            }
        }
    }

    private static IllegalStateException none(String name) {
        return new IllegalStateException("the link " + name + " was there a moment ago");
    }
}
