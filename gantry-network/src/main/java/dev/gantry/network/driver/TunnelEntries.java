package dev.gantry.network.driver;

import dev.gantry.base.NotFound;
import dev.gantry.linux.netlink.Message;
import dev.gantry.linux.netlink.NetlinkSocket;
import dev.gantry.linux.netlink.route.ForwardingEntry;
import dev.gantry.linux.netlink.route.MacAddress;
import dev.gantry.linux.netlink.route.Neighbour;
import dev.gantry.linux.netlink.route.Rtnetlink;
import dev.gantry.network.address.Ip;
import dev.gantry.network.endpoint.NetworkPlan;
import dev.gantry.network.endpoint.NetworkPlan.HostLink;
import dev.gantry.network.model.Instance;
import dev.gantry.network.model.Network;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// Entries of VXLAN links: to which host frames for an address go, and what the link answers in the name of
/// endpoints elsewhere when a container asks for their address. RFC 7348 §4.
final class TunnelEntries {
    private static final int PERMANENT = 0x80; // NUD_PERMANENT of <linux/neighbour.h>

    private final Instance instance;
    private final NetlinkSocket socket;
    private final Rtnetlink host;

    TunnelEntries(Instance instance, NetlinkSocket socket) {
        this.instance = instance;
        this.socket = socket;
        this.host = new Rtnetlink(socket);
    }

    private record Tunnel(MacAddress mac, Ip host) {}

    private record Answer(Ip address, MacAddress mac) {}

    /// Each subnet has a link of its own; a peer's entries are on that of its first address.
    void set(Network network, Collection<OverlayPeer> elsewhere, Set<Ip> unheard) {
        List<HostLink.Vxlan> links = NetworkPlan.of(instance, network).links().stream()
                .filter(HostLink.Vxlan.class::isInstance)
                .map(HostLink.Vxlan.class::cast)
                .toList();
        for (int i = 0; i < links.size(); i++) {
            var subnet = network.pools().get(i).subnet();
            List<OverlayPeer> own = elsewhere.stream()
                    .filter(p -> subnet.contains(p.addresses().getFirst()))
                    .toList();
            set(network, links.get(i).name(), own, unheard);
        }
    }

    private void set(Network network, String name, List<OverlayPeer> peers, Set<Ip> unheard) {
        int link = host.link(name)
                .orElseThrow(() -> new NotFound(
                        "reach the peers of network " + network.name(),
                        "the host has no interface " + name,
                        "create the network again"))
                .index();
        Set<Tunnel> tunnels = new HashSet<>();
        Set<Answer> answers = new HashSet<>();
        for (OverlayPeer p : peers) {
            MacAddress mac = MacAddress.parse(p.mac().text());
            tunnels.add(new Tunnel(mac, p.host()));
            p.addresses().forEach(a -> answers.add(new Answer(a, mac)));
        }
        List<Message> changes = new ArrayList<>(tunnels(link, tunnels, answers, unheard));
        changes.addAll(answers(link, answers));
        if (!changes.isEmpty()) {
            socket.execute(changes);
        }
    }

    /// Adds to `answers` those of endpoints that stay because nobody has heard of their hosts yet.
    private List<Message> tunnels(int link, Set<Tunnel> wanted, Set<Answer> answers, Set<Ip> unheard) {
        List<Message> changes = new ArrayList<>();
        Set<Tunnel> missing = new HashSet<>(wanted);
        Set<MacAddress> known = new HashSet<>();
        wanted.forEach(t -> known.add(t.mac()));
        Set<MacAddress> stay = new HashSet<>();
        for (ForwardingEntry there : host.forwardingEntries()) {
            var remote = there.remote();
            if (there.link() != link || remote == null || missing.remove(new Tunnel(there.mac(), Ip.of(remote)))) {
                continue;
            }
            if (unheard.contains(Ip.of(remote)) && !known.contains(there.mac())) {
                stay.add(there.mac());
            } else {
                changes.add(ForwardingEntry.tunnel(link, there.mac(), remote).delete());
            }
        }
        missing.forEach(t -> changes.add(
                ForwardingEntry.tunnel(link, t.mac(), t.host().toInetAddress()).replace()));
        if (!stay.isEmpty()) {
            for (Neighbour there : host.neighbours()) {
                var mac = there.mac();
                if (isOurs(there, link) && mac != null && stay.contains(mac)) {
                    answers.add(new Answer(Ip.of(there.address()), mac));
                }
            }
        }
        return changes;
    }

    private static boolean isOurs(Neighbour there, int link) {
        return there.link() == link && (there.state() & PERMANENT) != 0;
    }

    private List<Message> answers(int link, Set<Answer> wanted) {
        List<Message> changes = new ArrayList<>();
        Set<Answer> missing = new HashSet<>(wanted);
        for (Neighbour there : host.neighbours()) {
            var mac = there.mac();
            if (isOurs(there, link) && mac != null && !missing.remove(new Answer(Ip.of(there.address()), mac))) {
                changes.add(there.delete());
            }
        }
        missing.forEach(a -> changes.add(
                Neighbour.permanent(link, a.address().toInetAddress(), a.mac()).replace()));
        return changes;
    }
}
