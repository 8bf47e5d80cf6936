package dev.gantry.network.firewall;

import java.util.Collection;
import java.util.List;
import java.util.TreeSet;

/// From one set of elements to another, for one transaction: `removed` first.
public record ElementChange(List<Element> removed, List<Element> added) {
    public ElementChange {
        removed = List.copyOf(removed);
        added = List.copyOf(added);
    }

    public static ElementChange between(Collection<Element> before, Collection<Element> after) {
        TreeSet<Element> removed = new TreeSet<>(before);
        TreeSet<Element> added = new TreeSet<>(after);
        removed.removeAll(after);
        added.removeAll(before);
        return new ElementChange(List.copyOf(removed), List.copyOf(added));
    }

    public boolean isEmpty() {
        return removed.isEmpty() && added.isEmpty();
    }
}
