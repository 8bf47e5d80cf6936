package dev.gantry.engine.container;

import dev.gantry.base.ContainerId;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// Where control groups are in each hierarchy: below the engine's own, or below one that a container asked for.
public final class GroupPlaces {
    private final String usual;
    private final Map<String, String> others = new ConcurrentHashMap<>();

    /// `usual` is the parent of all that ask for no other, relative to each hierarchy.
    public GroupPlaces(String usual) {
        this.usual = usual;
    }

    /// Of the container with this name, or of what has a group in its group: `name/inner`.
    String of(String name) {
        return parent(name) + "/" + name;
    }

    String parent(String name) {
        int inner = name.indexOf('/');
        return others.getOrDefault(inner < 0 ? name : name.substring(0, inner), usual);
    }

    /// From here on, until it is forgotten.
    void place(ContainerId id, IsolationSpec isolation) {
        if (!isolation.cgroupParent().isEmpty()) {
            others.put(id.hex(), isolation.cgroupParent().replaceFirst("^/+", ""));
        }
    }

    void forget(ContainerId id) {
        others.remove(id.hex());
    }
}
