package dev.gantry.engine.plugin;

import java.util.Optional;
import java.util.Set;

/// A plugin that this engine runs, for those who call it: it needs no handshake.
///
/// @param name in full, with its tag
/// @param kinds what it is, by the names of the handshake
public record ManagedPlugin(String name, PluginAddress address, Set<String> kinds, PluginPlaces places) {
    public ManagedPlugin {
        kinds = Set.copyOf(kinds);
    }

    /// Where they are looked up.
    @FunctionalInterface
    public interface Source {
        /// By its name, with or without the tag `latest`. [dev.gantry.base.Conflict] for one that is disabled.
        Optional<ManagedPlugin> find(String name);

        Source NONE = _ -> Optional.empty();
    }
}
