package dev.gantry.network.driver;

import dev.gantry.network.address.Family;
import dev.gantry.network.endpoint.Sysctl;
import dev.gantry.network.firewall.Element;
import dev.gantry.network.firewall.Elements;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;

/// Lets the host forward packets, which containers need, without making it a router for everybody else: who finds
/// that it forwards none yet has the rules drop what is neither from nor to a bridge of an engine. Where the
/// administrator turned it on, it is his. From any thread.
final class Forwarding {
    private final Predicate<Element> held;
    private final Consumer<Element> close;
    private final HostSettings settings;

    /// The families that an engine of this table turned on. Guarded by this object.
    private final Set<Family> ours = EnumSet.noneOf(Family.class);

    /// @param held whether the kernel's table has an element
    /// @param close puts one into it
    Forwarding(Predicate<Element> held, Consumer<Element> close, HostSettings settings) {
        this.held = held;
        this.close = close;
        this.settings = settings;
    }

    /// Finds in the kernel's table what an engine before this one turned on, and answers the elements for it.
    synchronized List<Element> found() {
        List<Element> closed = new ArrayList<>();
        for (Family family : Family.values()) {
            Element element = Elements.closed(family);
            if (ours.contains(family) || held.test(element)) {
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
            // What the rules did not take is tried again before the host forwards anything.
            if (!ours.contains(family)) {
                close.accept(Elements.closed(family));
                ours.add(family);
            }
        }
        settings.set(setting);
    }
}
