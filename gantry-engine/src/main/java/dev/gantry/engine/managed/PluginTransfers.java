package dev.gantry.engine.managed;

import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Who installs, upgrades, pushes or removes, so that no blob goes that somebody still needs. Nobody waits here for a
/// registry, a client or the end of a plugin.
final class PluginTransfers {
    private static final Logger LOG = LoggerFactory.getLogger(PluginTransfers.class);

    private final PluginSources sources;
    private final PluginDirectory directories;
    private final InstalledPlugins installed;

    // Guarded by this: how many need blobs that belong to no plugin yet, or no more.
    private int transfers;

    PluginTransfers(PluginSources sources, PluginDirectory directories, InstalledPlugins installed) {
        this.sources = sources;
        this.directories = directories;
        this.installed = installed;
    }

    /// The blobs there are stay until the end of `work`.
    <T> T during(Supplier<T> work) {
        synchronized (this) {
            transfers++;
        }
        try {
            return work.get();
        } finally {
            synchronized (this) {
                transfers--;
                sweep();
            }
        }
    }

    /// A short step, such as taking a name, while nobody else does one.
    synchronized <T> T exclusively(Supplier<T> step) {
        return step.get();
    }

    /// Blobs that no plugin needs go; none as long as there is a plugin of which we cannot say what it needs, or
    /// a transfer that needs more.
    private void sweep() {
        try {
            if (transfers == 0 && directories.ids().equals(installed.ids())) {
                sources.images()
                        .keepOnly(installed.all().stream()
                                .map(p -> p.stored().manifest())
                                .collect(Collectors.toSet()));
            }
        } catch (RuntimeException e) {
            LOG.warn("blobs of plugins left: {}", e.getMessage());
        }
    }
}
