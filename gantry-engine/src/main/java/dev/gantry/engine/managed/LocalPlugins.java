package dev.gantry.engine.managed;

import dev.gantry.base.Conflict;
import dev.gantry.base.ContainerId;
import dev.gantry.base.Forbidden;
import dev.gantry.base.GantryException;
import dev.gantry.base.Internal;
import dev.gantry.base.InvalidArgument;
import dev.gantry.base.NotFound;
import dev.gantry.base.Reference;
import dev.gantry.engine.container.Releases;
import dev.gantry.engine.container.Watches;
import dev.gantry.engine.event.Event;
import dev.gantry.engine.event.Events;
import dev.gantry.engine.plugin.JsonTree;
import dev.gantry.engine.plugin.ManagedPlugin;
import dev.gantry.images.content.DiskContentStore;
import dev.gantry.images.layer.Compression;
import dev.gantry.images.layer.TreeTar;
import dev.gantry.images.plugin.PluginImage;
import dev.gantry.images.plugin.PluginImages;
import dev.gantry.images.progress.ProgressEvent;
import dev.gantry.images.progress.ProgressListener;
import dev.gantry.images.registry.Credentials;
import dev.gantry.images.registry.RegistryClient;
import dev.gantry.linux.Fd;
import dev.gantry.linux.Linux;
import dev.gantry.runtime.oci.HostFacts;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The plugins of one data root. What is installed is changed one at a time; one plugin's start or end keeps nobody
/// from another.
public final class LocalPlugins implements ManagedPlugins, ManagedPlugin.Source, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LocalPlugins.class);
    private static final int LARGEST_CONFIG = 1 << 20;

    private final Linux linux;
    private final Supplier<PluginImages> images;
    private final PluginDirectory directories;
    private final PluginLauncher launcher;
    private final Events events;
    private final RandomGenerator random;

    /// By id.
    private final Map<String, LivePlugin> all = new ConcurrentHashMap<>();

    /// The queue of those who install, upgrade, push or remove.
    private final ReentrantLock changing = new ReentrantLock();

    private volatile Function<String, List<String>> users = _ -> List.of();

    private LocalPlugins(
            Linux linux,
            Supplier<PluginImages> images,
            PluginDirectory directories,
            PluginLauncher launcher,
            Events events,
            RandomGenerator random) {
        this.linux = linux;
        this.images = images;
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
        var images = new Images(p.linux(), p.root().resolve("content"), p.registries());
        var plugins = new LocalPlugins(p.linux(), images, directories, launcher, p.events(), p.random());
        plugins.takeUp();
        return plugins;
    }

    /// Made when somebody first wants one: an engine without plugins has no store for them.
    private static final class Images implements Supplier<PluginImages> {
        private final Linux linux;
        private final Path root;
        private final RegistryClient registries;
        private @Nullable PluginImages made; // guarded by this

        Images(Linux linux, Path root, RegistryClient registries) {
            this.linux = linux;
            this.root = root;
            this.registries = registries;
        }

        @Override
        public synchronized PluginImages get() {
            if (made == null) {
                made = new PluginImages(linux, new DiskContentStore(root), registries);
            }
            return made;
        }
    }

    /// Who says what uses a plugin, by its full name: a word for each user.
    public void usedBy(Function<String, List<String>> whose) {
        users = whose;
    }

    private void takeUp() {
        for (StoredPlugin stored : directories.load()) {
            try {
                PluginConfig config = PluginConfig.parse(
                        images.get().stored(stored.manifest(), stored.name()).config(), stored.name());
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
        return exclusively(() -> Privilege.of(
                PluginConfig.parse(images.get().look(remote, credentials).config(), remote.familiar())));
    }

    @Override
    public PluginView pull(
            Reference remote,
            String name,
            List<Privilege> granted,
            Credentials credentials,
            ProgressListener progress) {
        String full = named(name.isEmpty() ? remote.familiar() : name);
        return exclusively(() -> {
            requireFree(full);
            PluginImage image = fetched(remote, granted, credentials, progress);
            PluginConfig config = PluginConfig.parse(image.config(), full);
            String id = ContainerId.random(random).hex();
            var stored = new StoredPlugin(
                    id, full, remote.toString(), image.digest().toString(), false, "rootfs", List.of());
            LivePlugin plugin = installed(stored, config, image);
            progress.on(new ProgressEvent.Pulled(remote, image.digest(), true));
            return told("pull", plugin);
        });
    }

    private LivePlugin installed(StoredPlugin stored, PluginConfig config, PluginImage image) {
        try {
            images.get().unpack(image, directories.make(stored.id(), stored.rootfs()), stored.name());
            directories.store(stored);
        } catch (RuntimeException e) {
            directories.delete(stored.id());
            throw e;
        }
        var plugin = new LivePlugin(stored, config, directories, launcher);
        all.put(stored.id(), plugin);
        return plugin;
    }

    private PluginImage fetched(
            Reference remote, List<Privilege> granted, Credentials credentials, ProgressListener progress) {
        progress.on(new ProgressEvent.Resolving(remote));
        PluginImage image = images.get().look(remote, credentials);
        progress.on(new ProgressEvent.Resolved(remote, image.digest()));
        List<Privilege> needed = Privilege.of(PluginConfig.parse(image.config(), remote.familiar()));
        if (!Privilege.same(needed, granted)) {
            throw new Forbidden(
                    "install plugin " + remote.familiar(),
                    "incorrect privileges: it needs " + words(needed) + " and was given " + words(granted),
                    "look at its privileges again and give exactly those");
        }
        images.get().fetch(image, remote, credentials, progress);
        return image;
    }

    private static String words(List<Privilege> all) {
        return all.isEmpty()
                ? "none"
                : all.stream().map(p -> p.name() + " " + p.values()).collect(Collectors.joining(", "));
    }

    private void requireFree(String full) {
        if (byName(full).isPresent()) {
            throw new Conflict(
                    "install plugin " + full,
                    "plugin " + full + " already exists",
                    "choose another name, or upgrade it");
        }
    }

    @Override
    public PluginView create(String name, InputStream tar) {
        String full = named(name);
        return exclusively(() -> {
            requireFree(full);
            String id = ContainerId.random(random).hex();
            try {
                return made(id, full, tar);
            } catch (RuntimeException e) {
                directories.delete(id);
                throw e;
            }
        });
    }

    private PluginView made(String id, String full, InputStream tar) {
        String what = "create plugin " + full;
        Path context = directories.make(id, "context");
        try (InputStream plain = Compression.decompress(tar, "the context of the plugin");
                Fd into = linux.files().openDirectory(context.toString())) {
            TreeTar.unpack(linux, plain, into, "the context of the plugin");
        } catch (IOException e) {
            throw new InvalidArgument(what, String.valueOf(e.getMessage()), "send the tar again", e);
        }
        Path rootfs = context.resolve("rootfs");
        if (!Files.isDirectory(rootfs, LinkOption.NOFOLLOW_LINKS)) {
            throw new InvalidArgument(what, "there is no directory rootfs in it", "put config.json and rootfs/ in it");
        }
        PluginConfig config = PluginConfig.parse(configBytes(what, context), full);
        PluginImage image = images.get()
                .make(rootfs, diffId -> JsonTree.bytes(config.of(diffId).tree()), full);
        try {
            Files.move(rootfs, context.resolveSibling("rootfs"));
        } catch (IOException e) {
            throw new Internal(what, String.valueOf(e), "look at the file system of the data root", e);
        }
        directories.deleteRoot(id, "context");
        var stored = new StoredPlugin(id, full, "", image.digest().toString(), false, "rootfs", List.of());
        directories.store(stored);
        LivePlugin plugin = new LivePlugin(stored, PluginConfig.parse(image.config(), full), directories, launcher);
        all.put(id, plugin);
        return told("create", plugin);
    }

    private static byte[] configBytes(String what, Path context) {
        Path file = context.resolve("config.json");
        if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
            throw new InvalidArgument(what, "there is no file config.json in it", "put config.json and rootfs/ in it");
        }
        try (InputStream in = Files.newInputStream(file)) {
            byte[] bytes = in.readNBytes(LARGEST_CONFIG + 1);
            if (bytes.length > LARGEST_CONFIG) {
                throw new InvalidArgument(what, "config.json is larger than 1 MiB", "make it smaller");
            }
            return bytes;
        } catch (IOException e) {
            throw new Internal(what, String.valueOf(e), "look at the file system of the data root", e);
        }
    }

    @Override
    public PluginView upgrade(
            String text,
            Reference remote,
            List<Privilege> granted,
            Credentials credentials,
            ProgressListener progress) {
        return exclusively(() -> {
            LivePlugin plugin = need(text);
            requireDisabled(plugin, "upgrade");
            PluginImage image = fetched(remote, granted, credentials, progress);
            PluginConfig config =
                    PluginConfig.parse(image.config(), plugin.stored().name());
            String rootfs = "rootfs-" + image.digest().shortHex();
            StoredPlugin old = plugin.stored();
            if (rootfs.equals(old.rootfs())) {
                rootfs = rootfs + "-again";
            }
            try {
                images.get().unpack(image, directories.make(old.id(), rootfs), old.name());
            } catch (RuntimeException e) {
                directories.deleteRoot(old.id(), rootfs);
                throw e;
            }
            plugin.upgrade(old.upgraded(remote.toString(), image.digest(), rootfs), config);
            progress.on(new ProgressEvent.Pulled(
                    remote, image.digest(), !image.digest().equals(old.manifest())));
            return told("upgrade", plugin);
        });
    }

    @Override
    public void push(String text, Credentials credentials, ProgressListener progress) {
        exclusively(() -> {
            LivePlugin plugin = need(text);
            StoredPlugin stored = plugin.stored();
            if (!(Reference.parse(stored.name()) instanceof Reference.Tagged tagged)) {
                throw new IllegalStateException("names of plugins have tags");
            }
            images.get().push(images.get().stored(stored.manifest(), stored.name()), tagged, credentials, progress);
            return plugin;
        });
    }

    @Override
    public PluginView remove(String text, boolean force) {
        return exclusively(() -> {
            LivePlugin plugin = need(text);
            if (force) {
                if (plugin.disable()) {
                    told("disable", plugin);
                }
            } else {
                requireDisabled(plugin, "remove");
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
        requireDisabled(plugin, "set");
        plugin.set(changes);
    }

    private static void requireDisabled(LivePlugin plugin, String verb) {
        if (plugin.stored().enabled()) {
            String name = plugin.stored().name();
            throw new Conflict(
                    verb + " plugin " + name, "plugin " + name + " is enabled", "disable it first with plugin disable");
        }
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

    /// Blobs that no plugin needs go at the end of each change.
    private <T> T exclusively(Supplier<T> change) {
        changing.lock();
        try {
            return change.get();
        } finally {
            try {
                images.get()
                        .keepOnly(all.values().stream()
                                .map(p -> p.stored().manifest())
                                .collect(Collectors.toSet()));
            } catch (RuntimeException e) {
                LOG.warn("blobs of plugins left: {}", e.getMessage());
            }
            changing.unlock();
        }
    }

    /// Plugins go on.
    @Override
    public void close() {
        new ArrayList<>(all.values()).forEach(LivePlugin::leave);
    }
}
