package dev.gantry.engine.managed;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// One right that a plugin needs and that its user has to give. `name` and `description` are those of Docker, because
/// clients send back what they were shown.
public record Privilege(String name, String description, List<String> values) {
    public Privilege {
        values = List.copyOf(values);
    }

    static List<Privilege> of(PluginConfig c) {
        List<Privilege> all = new ArrayList<>();
        if (c.network().equals("host")) {
            all.add(new Privilege("network", "permissions to access a network", List.of(c.network())));
        }
        if (c.ipcHost()) {
            all.add(new Privilege("host ipc namespace", "allow access to host ipc namespace", List.of("true")));
        }
        if (c.pidHost()) {
            all.add(new Privilege("host pid namespace", "allow access to host pid namespace", List.of("true")));
        }
        c.mounts()
                .forEach(m ->
                        m.source().ifPresent(s -> all.add(new Privilege("mount", "host path to mount", List.of(s)))));
        c.devices()
                .forEach(d ->
                        d.path().ifPresent(p -> all.add(new Privilege("device", "host device to access", List.of(p)))));
        if (c.allowAllDevices()) {
            all.add(new Privilege("allow-all-devices", "allow 'rwm' access to all devices", List.of("true")));
        }
        if (!c.capabilities().isEmpty()) {
            all.add(new Privilege("capabilities", "list of additional capabilities required", c.capabilities()));
        }
        return all;
    }

    /// Whether what was given is exactly what is needed; order does not count.
    static boolean same(List<Privilege> needed, List<Privilege> given) {
        return rights(needed).equals(rights(given));
    }

    private static Set<List<String>> rights(List<Privilege> all) {
        Set<List<String>> rights = new HashSet<>();
        all.forEach(p -> p.values().forEach(v -> rights.add(List.of(p.name(), v))));
        return rights;
    }
}
