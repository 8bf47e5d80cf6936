package dev.gantry.engine.managed;

import dev.gantry.base.Conflict;
import dev.gantry.base.InvalidArgument;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The plugins that the daemon asks about every request: nothing takes their names, and nothing takes them away.
final class PluginGuards {
    private static final Logger LOG = LoggerFactory.getLogger(PluginGuards.class);

    /// Full names.
    private volatile Set<String> guards = Set.of();

    void set(List<String> names) {
        Set<String> full = new HashSet<>();
        for (String name : names) {
            try {
                full.add(InstalledPlugins.named(name));
            } catch (InvalidArgument noReference) {
                LOG.debug("no managed plugin can be called {}", name);
            }
        }
        guards = Set.copyOf(full);
    }

    void requireNone(String full, String verb) {
        if (guards.contains(full)) {
            throw new Conflict(
                    verb + " plugin " + full,
                    "the daemon asks the plugin of this name about every request",
                    "start the daemon without --authorization-plugin " + full + " first");
        }
    }
}
