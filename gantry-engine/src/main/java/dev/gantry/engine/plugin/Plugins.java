package dev.gantry.engine.plugin;

import dev.gantry.base.Conflict;
import dev.gantry.base.GantryException;
import dev.gantry.base.NotFound;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The plugins of this host, each activated when somebody first wants it.
///
/// ```java
/// var plugins = new Plugins(new PluginDiscovery(PluginDirectories.STANDARD), Plugins.PATIENCE);
/// PluginClient client = plugins.get("flocker", PluginKind.VOLUME);
/// client.call("create volume data", "VolumeDriver.Create", Map.of("Name", "data"), Duration.ofMinutes(2));
/// ```
public final class Plugins {
    /// How long a plugin that is told of but does not listen is waited for.
    public static final Duration PATIENCE = Duration.ofSeconds(30);

    private static final Logger LOG = LoggerFactory.getLogger(Plugins.class);
    private static final Duration HANDSHAKE = Duration.ofSeconds(30);
    private static final int MOST_KINDS = 32;

    private final PluginDiscovery discovery;
    private final ManagedPlugin.Source managed;
    private final Duration patience;
    private final Map<String, Entry> entries = new ConcurrentHashMap<>();

    public Plugins(PluginDiscovery discovery, Duration patience) {
        this(discovery, ManagedPlugin.Source.NONE, patience);
    }

    /// @param managed is asked first
    public Plugins(PluginDiscovery discovery, ManagedPlugin.Source managed, Duration patience) {
        this.discovery = discovery;
        this.managed = managed;
        this.patience = patience;
    }

    private static final class Entry {
        /// The queue of those who want this plugin while it is activated.
        final ReentrantLock turn = new ReentrantLock();

        // Guarded by `turn` for writing.
        volatile @Nullable Active active;

        // Guarded by `turn`: how the last attempt ended that failed, and when.
        @Nullable
        GantryException failure;

        long failedAt;
    }

    private record Active(PluginClient client, Set<String> kinds) {}

    /// The plugin of this name that is of this kind, looked up again each time: one that moved is activated anew.
    /// [NotFound] when there is none, in the words that Docker's clients know.
    public PluginClient get(String name, PluginKind kind) {
        Optional<ManagedPlugin> ours = managed.find(name);
        if (ours.isPresent()) {
            return known(ours.get(), kind);
        }
        PluginAddress address;
        try {
            address = discovery.find(name);
        } catch (NotFound e) {
            throw new NotFound(
                    "error looking up " + kind.word() + " plugin " + PluginAnswer.shown(name), e.why(), e.todo(), e);
        }
        Active active = activated(name, address);
        requireKind(name, kind, active.kinds());
        return active.client();
    }

    /// One that needs no handshake; the entry is for [#active].
    private PluginClient known(ManagedPlugin plugin, PluginKind kind) {
        requireKind(plugin.name(), kind, plugin.kinds());
        Entry entry = entries.computeIfAbsent(plugin.name(), _ -> new Entry());
        var client = new PluginClient(plugin.name(), plugin.address(), patience, Optional.of(plugin.places()));
        entry.active = new Active(client, plugin.kinds());
        return client;
    }

    private static void requireKind(String name, PluginKind kind, Set<String> kinds) {
        if (!kinds.contains(kind.wire())) {
            throw new NotFound(
                    "error looking up " + kind.word() + " plugin " + name,
                    "plugin " + name + " is there, but it is no " + kind.wire(),
                    "name another: it says that it is " + kinds);
        }
    }

    /// The name under which what this plugin keeps is remembered: in full for those that this engine runs.
    public String fullName(String name) {
        try {
            return managed.find(name).map(ManagedPlugin::name).orElse(name);
        } catch (Conflict disabled) {
            return name; // whoever asks for it then hears why
        }
    }

    /// Forgets one that is disabled: it is not active any more.
    public void forget(String name) {
        entries.remove(name);
    }

    /// The names of all that could be asked for.
    public Set<String> names() {
        return discovery.names();
    }

    /// The names of those that are active and of this kind.
    public List<String> active(PluginKind kind) {
        return entries.entrySet().stream()
                .filter(e ->
                        e.getValue().active instanceof Active a && a.kinds().contains(kind.wire()))
                .map(Map.Entry::getKey)
                .sorted()
                .toList();
    }

    private Active activated(String name, PluginAddress address) {
        Entry entry = entries.computeIfAbsent(name, _ -> new Entry());
        if (entry.active instanceof Active a && a.client().address().equals(address)) {
            return a;
        }
        long asked = System.nanoTime();
        entry.turn.lock();
        try {
            if (entry.active instanceof Active a && a.client().address().equals(address)) {
                return a;
            }
            GantryException failure = entry.failure;
            if (failure != null && entry.failedAt - asked > 0) {
                throw failure; // while we waited: nobody waits for it twice
            }
            try {
                Active fresh = activate(name, address);
                entry.active = fresh;
                return fresh;
            } catch (GantryException e) {
                entry.failure = e;
                entry.failedAt = System.nanoTime();
                throw e;
            }
        } finally {
            entry.turn.unlock();
        }
    }

    private Active activate(String name, PluginAddress address) throws GantryException {
        var client = new PluginClient(name, address, patience);
        PluginAnswer answer = client.call("activate", "Plugin.Activate", HANDSHAKE);
        List<String> kinds = answer.texts("Implements");
        if (kinds.size() > MOST_KINDS) {
            throw answer.wrong("Implements", "a list of at most " + MOST_KINDS + " kinds");
        }
        LOG.info("plugin name={} address={} kinds={} activated", name, address, PluginAnswer.shown(kinds.toString()));
        return new Active(client, Set.copyOf(kinds));
    }
}
