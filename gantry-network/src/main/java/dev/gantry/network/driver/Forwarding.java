package dev.gantry.network.driver;

import dev.gantry.network.address.Family;
import dev.gantry.network.endpoint.Sysctl;
import dev.gantry.network.firewall.Element;
import dev.gantry.network.firewall.Elements;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/// Lets the host forward packets, which containers need, without making it a router for everybody else: who finds
/// that it forwards none yet has the rules drop what is neither from nor to a bridge of an engine. Where the
/// administrator turned it on, it is his. From any thread.
final class Forwarding {
    private final Firewall firewall;
    private final HostSettings settings;

    /// The families that an engine of this table turned on. Guarded by this object.
    private final Set<Family> ours = EnumSet.noneOf(Family.class);

    Forwarding(Firewall firewall, HostSettings settings) {
        this.firewall = firewall;
        this.settings = settings;
    }

    /// Finds in the kernel's table what an engine before this one turned on, and answers the elements for it.
    synchronized List<Element> found() {
        List<Element> closed = new ArrayList<>();
        for (Family family : Family.values()) {
            Element element = Elements.closed(family);
            if (ours.contains(family) || firewall.holds(element)) {
                ours.add(family);
                closed.add(element);
            }
        }
        return closed;
    }

    /// The rules of the network it is for are there.
    synchronized void set(Sysctl setting) {
        boolean forwards = !setting.name().endsWith(".route_localnet");
        if (forwards && settings.read(setting.name()).equals("0")) {
            Family family = setting.name().startsWith("net.ipv6.") ? Family.IPV6 : Family.IPV4;
            if (ours.add(family)) {
                firewall.change(List.of(), List.of(Elements.closed(family)));
            }
        }
        settings.set(setting);
    }
}
