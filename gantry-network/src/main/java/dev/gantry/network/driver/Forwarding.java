package dev.gantry.network.driver;

import dev.gantry.network.address.Family;
import dev.gantry.network.endpoint.Sysctl;
import dev.gantry.network.firewall.Element;
import dev.gantry.network.firewall.Elements;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Predicate;

/// Lets the host forward packets, which containers need, without making it a router for everybody else: who finds
/// that it forwards none yet has the rules drop what is neither from nor to a bridge of an engine. Where the
/// administrator turned it on, it is his. From any thread.
final class Forwarding {
    private static final String IPV4 = "net.ipv4.ip_forward";
    private static final String IPV6 = "net.ipv6.conf.all.forwarding";

    private final Predicate<Element> held;
    private final BiConsumer<List<Element>, List<Element>> change;
    private final HostSettings settings;

    /// The families that an engine of this table turned on. Guarded by this object.
    private final Set<Family> ours = EnumSet.noneOf(Family.class);

    /// Of programs at work, each with the families that it found closed.
    private final List<Set<Family>> atWork = new ArrayList<>();

    /// @param held whether the kernel's table has an element
    /// @param change of what is wanted in it: nothing that somebody else wants goes
    Forwarding(Predicate<Element> held, BiConsumer<List<Element>, List<Element>> change, HostSettings settings) {
        this.held = held;
        this.change = change;
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
        Family family = setting.name().startsWith("net.ipv6.") ? Family.IPV6 : Family.IPV4;
        if (forwards && (isOff(family) || atWork.stream().anyMatch(w -> w.contains(family)))) {
            // What the rules did not take is tried again before the host forwards anything.
            if (!ours.contains(family)) {
                change.accept(List.of(), List.of(Elements.closed(family)));
                ours.add(family);
            }
        }
        settings.set(setting);
    }

    private boolean isOff(Family family) {
        return settings.read(family == Family.IPV4 ? IPV4 : IPV6).equals("0");
    }

    /// What `work` turns on counts as ours: the rules are closed before, and opened again where it did not.
    void during(Runnable work) {
        Set<Family> closed = EnumSet.noneOf(Family.class);
        synchronized (this) {
            for (Family family : Family.values()) {
                if (!ours.contains(family) && isOff(family)) {
                    change.accept(List.of(), List.of(Elements.closed(family)));
                    closed.add(family);
                }
            }
            atWork.add(closed);
        }
        try {
            work.run();
        } finally {
            over(closed);
        }
    }

    private synchronized void over(Set<Family> closed) {
        atWork.removeIf(w -> w == closed);
        for (Family family : closed) {
            if (!isOff(family) && ours.add(family)) {
                continue; // it is wanted from now on
            }
            change.accept(List.of(Elements.closed(family)), List.of());
        }
    }
}
