package dev.gantry.engine.managed;

import dev.gantry.base.Conflict;
import dev.gantry.base.ContainerId;
import dev.gantry.base.GantryException;
import dev.gantry.base.InvalidArgument;
import dev.gantry.base.NotFound;
import dev.gantry.base.Reference;
import dev.gantry.engine.container.Releases;
import dev.gantry.engine.container.Watches;
import dev.gantry.engine.event.Event;
import dev.gantry.engine.event.Events;
import dev.gantry.engine.plugin.ManagedPlugin;
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
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The plugins of one data root. What is installed is changed one at a time; one plugin's start or end keeps nobody
/// from another.
public final class LocalPlugins implements ManagedPlugins, ManagedPlugin.Source, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LocalPlugins.class);

    private final PluginSources sources;
    private final PluginDirectory directories;
    private final PluginLauncher launcher;
    private final Events events;
    private final RandomGenerator random;

    /// By id.
    private final Map<String, LivePlugin> all = new ConcurrentHashMap<>();

    /// The queue of those who install, upgrade or remove; none of them waits in it for a registry or a client.
    private final ReentrantLock changing = new ReentrantLock();

    // Guarded by `changing`: how many need blobs that belong to no plugin yet, or no more.
    private int transfers;

    private volatile Function<String, List<String>> users = _ -> List.of();

    /// Full names.
    private volatile Set<String> guards = Set.of();

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
                new Releases(p.linux(), p.host().cgroups(), p.cgroup()),
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
        Set<String> full = new HashSet<>();
        for (String name : names) {
            try {
                full.add(named(name));
            } catch (InvalidArgument noReference) {
                LOG.debug("no managed plugin can be called {}", name);
            }
        }
        guards = Set.copyOf(full);
    }

    private void requireNoGuard(String full, String verb) {
        if (guards.contains(full)) {
            throw new Conflict(
                    verb + " plugin " + full,
                    "the daemon asks the plugin of this name about every request",
                    "start the daemon without --authorization-plugin " + full + " first");
        }
    }

    private void takeUp() {
        for (StoredPlugin stored : directories.load()) {
            try {
                PluginConfig config = sources.config(stored);
                LivePlugin plugin = new LivePlugin(stored, config, directories, launcher);
                all.put(stored.id(), plugin);
                plugin.takeUp();
            } catch (GantryException e) {
                LOG.error("plugin name={} is left out: {}", stored.name(), e.getMessage());
            }
        }
    }

    // looking

    @Override
    public Optional<ManagedPlugin> find(String name) {
        if (all.isEmpty()) {
            return Optional.empty();
        }
        String full;
        try {
            full = named(name);
        } catch (InvalidArgument noReference) {
            return Optional.empty();
        }
        Optional<LivePlugin> found = byName(full);
        found.ifPresent(p -> {
            if (!p.stored().enabled()) {
                throw new Conflict(
                        "use plugin " + full, "plugin " + full + " found but disabled", "enable it with plugin enable");
            }
        });
        return found.map(LivePlugin::managed);
    }

    private Optional<LivePlugin> byName(String full) {
        return all.values().stream().filter(p -> p.stored().name().equals(full)).findFirst();
    }

    /// With the tag that a user leaves out.
    private static String named(String text) {
        if (Reference.parse(text) instanceof Reference.Tagged tagged) {
            return tagged.familiar();
        }
        throw new InvalidArgument("read the name " + text, "a plugin has a tag, not a digest", "write name:tag");
    }

    private LivePlugin need(String text) {
        Optional<LivePlugin> found = Optional.empty();
        try {
            found = byName(named(text));
        } catch (InvalidArgument _) {
            // It may be the beginning of an id all the same.
        }
        if (found.isPresent()) {
            return found.get();
        }
        List<LivePlugin> begun = text.isEmpty()
                ? List.of()
                : all.entrySet().stream()
                        .filter(e -> e.getKey().startsWith(text))
                        .map(Map.Entry::getValue)
                        .toList();
        if (begun.size() > 1) {
            throw new InvalidArgument("find plugin " + text, "several ids begin with it", "write more of the id");
        }
        return begun.stream()
                .findFirst()
                .orElseThrow(() -> new NotFound(
                        "find plugin " + text, "plugin \"" + text + "\" not found", "see the list of plugins"));
    }

    @Override
    public List<PluginView> list() {
        return all.values().stream()
                .map(LivePlugin::view)
                .sorted(Comparator.comparing(PluginView::name))
                .toList();
    }

    @Override
    public PluginView get(String text) {
        return need(text).view();
    }

    // coming and going

    @Override
    public List<Privilege> privileges(Reference remote, Credentials credentials) {
        return transferring(() -> Privilege.of(
                PluginConfig.parse(sources.images().look(remote, credentials).config(), remote.familiar())));
    }

    @Override
    public PluginView pull(
            Reference remote,
            String name,
            List<Privilege> granted,
            Credentials credentials,
            ProgressListener progress) {
        String full = named(name.isEmpty() ? remote.familiar() : name);
        requireFree(full);
        return transferring(() -> {
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
        return exclusively(() -> {
            try {
                requireFree(stored.name());
                directories.store(stored);
            } catch (RuntimeException e) {
                directories.delete(stored.id());
                throw e;
            }
            var plugin = new LivePlugin(stored, config, directories, launcher);
            all.put(stored.id(), plugin);
            return told(action, plugin);
        });
    }

    private void requireFree(String full) {
        if (byName(full).isPresent()) {
            throw new Conflict(
                    "install plugin " + full,
                    "plugin " + full + " already exists",
                    "choose another name, or upgrade it");
        }
        requireNoGuard(full, "install");
    }

    @Override
    public PluginView create(String name, InputStream tar) {
        String full = named(name);
        requireFree(full);
        return transferring(() -> {
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
        return transferring(() -> {
            LivePlugin plugin = need(text);
            StoredPlugin old = plugin.stored();
            requireNoGuard(old.name(), "upgrade");
            plugin.requireDisabled("upgrade");
            PluginImage image = sources.fetch(remote, granted, credentials, progress);
            PluginConfig config = PluginConfig.parse(image.config(), old.name());
            String rootfs = "rootfs-" + ContainerId.random(random).hex().substring(0, 12);
            StoredPlugin next = old.upgraded(remote.toString(), image.digest(), rootfs);
            sources.unpack(image, next);
            PluginView view = exclusively(() -> {
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
        transferring(() -> {
            LivePlugin plugin = need(text);
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
        return exclusively(() -> {
            LivePlugin plugin = need(text);
            requireNoGuard(plugin.stored().name(), "remove");
            if (force) {
                if (plugin.disable()) {
                    told("disable", plugin);
                }
            } else {
                plugin.requireDisabled("remove");
                requireUnused(plugin, "remove");
            }
            plugin.retire();
            all.remove(plugin.stored().id());
            directories.remove(plugin.stored().id());
            launcher.removeSockets(plugin.stored().id());
            return told("remove", plugin);
        });
    }

    // on and off

    @Override
    public void enable(String text, Duration patience) {
        LivePlugin plugin = need(text);
        Unspoken.refuse(plugin.stored().name(), plugin.config());
        plugin.enable(patience);
        told("enable", plugin);
    }

    @Override
    public void disable(String text, boolean force) {
        LivePlugin plugin = need(text);
        requireNoGuard(plugin.stored().name(), "disable");
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
        LivePlugin plugin = need(text);
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

    private <T> T exclusively(Supplier<T> change) {
        changing.lock();
        try {
            return change.get();
        } finally {
            sweep();
            changing.unlock();
        }
    }

    /// Lets others change what is installed, but not sweep.
    private <T> T transferring(Supplier<T> transfer) {
        changing.lock();
        transfers++;
        changing.unlock();
        try {
            return transfer.get();
        } finally {
            changing.lock();
            transfers--;
            sweep();
            changing.unlock();
        }
    }

    /// Blobs that no plugin needs go; none as long as there is a plugin of which we cannot say what it needs, or
    /// a transfer that needs more.
    private void sweep() {
        try {
            if (transfers == 0 && directories.ids().equals(all.keySet())) {
                sources.images()
                        .keepOnly(all.values().stream()
                                .map(p -> p.stored().manifest())
                                .collect(Collectors.toSet()));
            }
        } catch (RuntimeException e) {
            LOG.warn("blobs of plugins left: {}", e.getMessage());
        }
    }

    /// Plugins go on.
    @Override
    public void close() {
        new ArrayList<>(all.values()).forEach(LivePlugin::leave);
    }
}
