package dev.gantry.engine.managed;

import dev.gantry.base.Conflict;
import dev.gantry.base.ContainerId;
import dev.gantry.base.GantryException;
import dev.gantry.base.InvalidArgument;
import dev.gantry.base.NotFound;
import dev.gantry.base.Reference;
import dev.gantry.engine.container.GroupPlaces;
import dev.gantry.engine.container.Releases;
import dev.gantry.engine.container.Watches;
import dev.gantry.engine.event.Event;
import dev.gantry.engine.event.Events;
import dev.gantry.engine.plugin.ManagedPlugin;
import dev.gantry.engine.plugin.PluginKind;
import dev.gantry.images.plugin.PluginImage;
import dev.gantry.images.progress.ProgressEvent;
import dev.gantry.images.progress.ProgressListener;
import dev.gantry.images.registry.Credentials;
import dev.gantry.images.registry.RegistryClient;
import dev.gantry.linux.Linux;
import dev.gantry.runtime.oci.HostFacts;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The plugins of one data root. What is done to one, and waited for, keeps nobody from another.
public final class LocalPlugins implements ManagedPlugins, ManagedPlugin.Source, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LocalPlugins.class);

    private final PluginSources sources;
    private final PluginDirectory directories;
    private final PluginLauncher launcher;
    private final Events events;
    private final RandomGenerator random;

    private final InstalledPlugins installed = new InstalledPlugins();
    private final PluginGuards guards = new PluginGuards();
    private final PluginMetrics metrics = new PluginMetrics();
    private final PluginTransfers transfers;

    private volatile Function<String, List<String>> users = _ -> List.of();

    private LocalPlugins(
            PluginSources sources,
            PluginDirectory directories,
            PluginLauncher launcher,
            Events events,
            RandomGenerator random) {
        this.sources = sources;
        this.directories = directories;
        this.launcher = launcher;
        this.events = events;
        this.random = random;
        this.transfers = new PluginTransfers(sources, directories, installed);
    }

    /// What they are made of.
    ///
    /// @param root one directory per plugin, below the data root; made when the first is installed
    /// @param run what a restart of the host may forget, in a short place, for the sockets in it
    /// @param attachPoint an empty directory over which roots are attached
    /// @param cgroup the parent of all groups of this engine
    public record Parts(
            Linux linux,
            HostFacts host,
            Watches watches,
            RegistryClient registries,
            Events events,
            Path root,
            Path run,
            Path attachPoint,
            String cgroup,
            RandomGenerator random) {}

    /// Takes up what an earlier engine left: plugins that run are adopted, the enabled others started, in the
    /// background.
    public static LocalPlugins open(Parts p) {
        var directories = new PluginDirectory(p.linux(), p.root());
        var launcher = new PluginLauncher(
                p.linux(),
                p.host(),
                p.watches(),
                new Releases(p.linux(), p.host().cgroups(), new GroupPlaces(p.cgroup())),
                directories,
                p.run(),
                p.attachPoint(),
                p.cgroup());
        var sources = new PluginSources(p.linux(), p.root().resolve("content"), p.registries(), directories);
        var plugins = new LocalPlugins(sources, directories, launcher, p.events(), p.random());
        plugins.takeUp();
        return plugins;
    }

    /// Who says what uses a plugin, by its full name: a word for each user.
    public void usedBy(Function<String, List<String>> whose) {
        users = whose;
    }

    /// Whoever is asked about every request: from now on nothing takes its name, and nothing takes it away.
    public void guardedBy(List<String> names) {
        guards.set(names);
    }

    /// Who serves metrics to those that collect them.
    public void metricsThrough(MetricsDoor door) {
        metrics.through(door);
    }

    private void takeUp() {
        for (StoredPlugin stored : directories.load()) {
            try {
                PluginConfig config = sources.config(stored);
                LivePlugin plugin = new LivePlugin(stored, config, directories, launcher, metrics);
                installed.add(plugin);
                plugin.takeUp();
            } catch (GantryException e) {
                LOG.error("plugin name={} is left out: {}", stored.name(), e.getMessage());
            }
        }
    }

    // looking

    @Override
    public Optional<ManagedPlugin> find(String name) {
        if (installed.all().isEmpty()) {
            return Optional.empty();
        }
        String full;
        try {
            full = InstalledPlugins.named(name);
        } catch (InvalidArgument noReference) {
            return Optional.empty();
        }
        Optional<LivePlugin> found = installed.byName(full);
        found.ifPresent(p -> {
            if (!p.stored().enabled()) {
                throw new Conflict(
                        "use plugin " + full, "plugin " + full + " found but disabled", "enable it with plugin enable");
            }
        });
        return found.map(LivePlugin::managed);
    }

    @Override
    public List<PluginView> list() {
        return installed.all().stream()
                .map(LivePlugin::view)
                .sorted(Comparator.comparing(PluginView::name))
                .toList();
    }

    @Override
    public PluginView get(String text) {
        return installed.need(text).view();
    }

    // coming and going

    @Override
    public List<Privilege> privileges(Reference remote, Credentials credentials) {
        return transfers.during(() -> Privilege.of(
                PluginConfig.parse(sources.images().look(remote, credentials).config(), remote.familiar())));
    }

    @Override
    public PluginView pull(
            Reference remote,
            String name,
            List<Privilege> granted,
            Credentials credentials,
            ProgressListener progress) {
        String full = InstalledPlugins.named(name.isEmpty() ? remote.familiar() : name);
        requireFree(full);
        return transfers.during(() -> {
            PluginImage image = sources.fetch(remote, granted, credentials, progress);
            PluginConfig config = PluginConfig.parse(image.config(), full);
            String id = ContainerId.random(random).hex();
            var stored = new StoredPlugin(
                    id, full, remote.toString(), image.digest().toString(), false, "rootfs", List.of());
            try {
                sources.unpack(image, stored);
            } catch (RuntimeException e) {
                directories.delete(id);
                throw e;
            }
            PluginView view = added("pull", stored, config);
            progress.on(new ProgressEvent.Pulled(remote, image.digest(), true));
            return view;
        });
    }

    /// Makes what was unpacked a plugin, unless another took its name meanwhile.
    private PluginView added(String action, StoredPlugin stored, PluginConfig config) {
        return transfers.exclusively(() -> {
            try {
                requireFree(stored.name());
                directories.store(stored);
            } catch (RuntimeException e) {
                directories.delete(stored.id());
                throw e;
            }
            var plugin = new LivePlugin(stored, config, directories, launcher, metrics);
            installed.add(plugin);
            return told(action, plugin);
        });
    }

    private void requireFree(String full) {
        if (installed.byName(full).isPresent()) {
            throw new Conflict(
                    "install plugin " + full,
                    "plugin " + full + " already exists",
                    "choose another name, or upgrade it");
        }
        guards.requireNone(full, "install");
    }

    @Override
    public PluginView create(String name, InputStream tar) {
        String full = InstalledPlugins.named(name);
        requireFree(full);
        return transfers.during(() -> {
            String id = ContainerId.random(random).hex();
            PluginSources.Made made;
            try {
                made = sources.make(id, full, tar);
            } catch (RuntimeException e) {
                directories.delete(id);
                throw e;
            }
            return added("create", made.stored(), made.config());
        });
    }

    @Override
    public PluginView upgrade(
            String text,
            Reference remote,
            List<Privilege> granted,
            Credentials credentials,
            ProgressListener progress) {
        return transfers.during(() -> {
            LivePlugin plugin = installed.need(text);
            StoredPlugin old = plugin.stored();
            guards.requireNone(old.name(), "upgrade");
            plugin.requireDisabled("upgrade");
            PluginImage image = sources.fetch(remote, granted, credentials, progress);
            PluginConfig config = PluginConfig.parse(image.config(), old.name());
            String rootfs = "rootfs-" + ContainerId.random(random).hex().substring(0, 12);
            StoredPlugin next = old.upgraded(remote.toString(), image.digest(), rootfs);
            sources.unpack(image, next);
            PluginView view = transfers.exclusively(() -> {
                try {
                    plugin.upgrade(next, config);
                } catch (Conflict | NotFound e) {
                    directories.deleteRoot(next.id(), rootfs);
                    throw e;
                }
                return told("upgrade", plugin);
            });
            progress.on(new ProgressEvent.Pulled(
                    remote, image.digest(), !image.digest().equals(old.manifest())));
            return view;
        });
    }

    @Override
    public void push(String text, Credentials credentials, ProgressListener progress) {
        transfers.during(() -> {
            LivePlugin plugin = installed.need(text);
            StoredPlugin stored = plugin.stored();
            if (!(Reference.parse(stored.name()) instanceof Reference.Tagged tagged)) {
                throw new IllegalStateException("names of plugins have tags");
            }
            sources.images()
                    .push(sources.images().stored(stored.manifest(), stored.name()), tagged, credentials, progress);
            return plugin;
        });
    }

    @Override
    public PluginView remove(String text, boolean force) {
        return transfers.during(() -> {
            LivePlugin plugin = installed.need(text);
            String id = plugin.stored().id();
            guards.requireNone(plugin.stored().name(), "remove");
            if (force) {
                if (plugin.disable()) {
                    told("disable", plugin);
                }
            } else {
                plugin.requireDisabled("remove");
                requireUnused(plugin, "remove");
            }
            plugin.retire(() -> directories.forget(id));
            installed.remove(plugin);
            directories.delete(id);
            launcher.removeSockets(id);
            return told("remove", plugin);
        });
    }

    // on and off

    @Override
    public void enable(String text, Duration patience) {
        LivePlugin plugin = installed.need(text);
        Unspoken.refuse(plugin.stored().name(), plugin.config());
        if (plugin.config().is(PluginKind.METRICS.type())) {
            metrics.requireDoor(plugin.stored().name());
        }
        plugin.enable(patience);
        told("enable", plugin);
    }

    @Override
    public void disable(String text, boolean force) {
        LivePlugin plugin = installed.need(text);
        guards.requireNone(plugin.stored().name(), "disable");
        if (!force) {
            requireUnused(plugin, "disable");
        }
        if (!plugin.disable()) {
            throw new Conflict(
                    "disable plugin " + plugin.stored().name(),
                    "plugin " + plugin.stored().name() + " is already disabled",
                    "enable it first");
        }
        told("disable", plugin);
    }

    @Override
    public void set(String text, List<String> changes) {
        LivePlugin plugin = installed.need(text);
        plugin.set(changes);
    }

    private void requireUnused(LivePlugin plugin, String verb) {
        String name = plugin.stored().name();
        List<String> who = users.apply(name);
        if (!who.isEmpty()) {
            throw new Conflict(
                    verb + " plugin " + name,
                    "plugin " + name + " is in use by " + String.join(", ", who),
                    "remove what it keeps first, or use force");
        }
    }

    private PluginView told(String action, LivePlugin plugin) {
        PluginView view = plugin.view();
        events.publish(Event.Kind.PLUGIN, action, view.id(), Map.of("name", view.name()));
        return view;
    }

    /// Plugins go on.
    @Override
    public void close() {
        metrics.leave();
        List.copyOf(installed.all()).forEach(LivePlugin::leave);
    }
}
