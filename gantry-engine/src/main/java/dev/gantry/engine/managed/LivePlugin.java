package dev.gantry.engine.managed;

import dev.gantry.base.Conflict;
import dev.gantry.base.GantryException;
import dev.gantry.base.NotFound;
import dev.gantry.base.Unavailable;
import dev.gantry.engine.plugin.ManagedPlugin;
import dev.gantry.engine.plugin.PluginAddress;
import dev.gantry.engine.plugin.PluginKind;
import dev.gantry.engine.plugin.PluginPlaces;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One installed plugin: what is stored of it, and its run while it is enabled. One that ends by itself is started
/// again, after pauses that grow.
final class LivePlugin {
    private static final Logger LOG = LoggerFactory.getLogger(LivePlugin.class);
    private static final Duration USUAL_PATIENCE = Duration.ofSeconds(30);

    private final PluginDirectory directories;
    private final PluginLauncher launcher;
    private final PluginMetrics metrics;

    /// The queue of those who start, end or change this plugin.
    private final ReentrantLock turn = new ReentrantLock();

    // Written in the turn, read at any time.
    private volatile StoredPlugin stored;
    private volatile PluginConfig config;

    // Guarded by `turn`. A run that is not stored as enabled is one that has not listened yet, or would not end.
    private @Nullable PluginRun run;
    private boolean left;
    private final PluginRevival revival = new PluginRevival(this::startAgain);

    LivePlugin(
            StoredPlugin stored,
            PluginConfig config,
            PluginDirectory directories,
            PluginLauncher launcher,
            PluginMetrics metrics) {
        this.metrics = metrics;
        this.stored = stored;
        this.config = config;
        this.directories = directories;
        this.launcher = launcher;
    }

    StoredPlugin stored() {
        return stored;
    }

    PluginConfig config() {
        return config;
    }

    PluginView view() {
        StoredPlugin s = stored;
        PluginConfig c = config;
        return new PluginView(s.id(), s.name(), s.enabled(), s.reference(), c, PluginSettings.of(c, s.changes()));
    }

    ManagedPlugin managed() {
        StoredPlugin s = stored;
        PluginConfig c = config;
        Set<String> types = c.capabilitiesOfTypes();
        Set<String> kinds = new HashSet<>();
        for (PluginKind kind : PluginKind.values()) {
            if (types.contains(kind.type())) {
                kinds.add(kind.wire());
            }
        }
        return new ManagedPlugin(
                s.name(),
                new PluginAddress.Unix(launcher.sockets(s.id()).resolve(c.socket())),
                kinds,
                new PluginPlaces(
                        directories.rootfs(s),
                        c.propagatedMount(),
                        directories.propagated(s.id()),
                        launcher.logging(s.id())));
    }

    /// After the start of the engine. Returns at once.
    void takeUp() {
        turn.lock();
        try {
            Optional<PluginRun> running = launcher.adopt(stored);
            running.ifPresent(this::hold);
            if (!stored.enabled()) {
                endRun();
                launcher.forget(stored.id());
            } else if (running.isEmpty()) {
                launcher.forget(stored.id());
                revival.now();
            }
        } finally {
            turn.unlock();
        }
    }

    /// Returns when it listens, which is waited for outside of the turn. What fails leaves it disabled.
    void enable(Duration patience) {
        PluginRun fresh = begin();
        try {
            fresh.awaitReady(
                    launcher.sockets(stored.id()).resolve(config.socket()),
                    patience.isZero() ? USUAL_PATIENCE : patience);
            enabled(fresh);
        } catch (RuntimeException e) {
            undo(fresh, e);
            throw e;
        }
    }

    private PluginRun begin() {
        turn.lock();
        try {
            requireHere();
            if (stored.enabled()) {
                throw new Conflict(
                        "enable plugin " + stored.name(),
                        "plugin " + stored.name() + " is already enabled",
                        "disable it first");
            }
            requireEnded("enable");
            PluginRun fresh = launcher.launch(stored, config, view().settings());
            hold(fresh);
            return fresh;
        } finally {
            turn.unlock();
        }
    }

    private void enabled(PluginRun fresh) {
        turn.lock();
        try {
            if (run != fresh) {
                throw new Unavailable(
                        "enable plugin " + stored.name(), "it has ended, or was disabled meanwhile", "enable it again");
            }
            keep(stored.enabled(true));
            revival.reset();
        } finally {
            turn.unlock();
        }
    }

    private void undo(PluginRun fresh, RuntimeException why) {
        turn.lock();
        try {
            if (run == fresh) {
                endRun();
            }
        } catch (RuntimeException e) {
            why.addSuppressed(e);
        } finally {
            turn.unlock();
        }
    }

    /// False when it was disabled. One that would not end is asked again.
    boolean disable() {
        turn.lock();
        try {
            requireHere();
            if (!stored.enabled() && run == null) {
                return false;
            }
            keep(stored.enabled(false));
            revival.cancel();
            if (run == null) {
                launcher.clean(stored.id());
            }
            endRun();
            return true;
        } finally {
            turn.unlock();
        }
    }

    private void hold(PluginRun running) {
        run = running;
        metrics.begun(stored.id(), managed(), launcher.metrics(stored.id()));
        follow(running, System.nanoTime());
    }

    /// Nothing when there is no run. One that does not end stays the run: nothing is taken away from under it.
    private void endRun() {
        PluginRun running = run;
        if (running != null) {
            running.stop();
            run = null;
            metrics.ended(stored.id());
            clear(running);
        }
    }

    private void clear(PluginRun ended) {
        launcher.clean(stored.id());
        ended.clear();
    }

    /// All or none.
    void set(List<String> changes) {
        turn.lock();
        try {
            requireHere();
            requireDisabled("set");
            requireEnded("set");
            PluginSettings settings = view().settings();
            for (String change : changes) {
                settings = settings.set(config, change);
            }
            List<String> merged = new ArrayList<>(stored.changes());
            for (String change : changes) {
                String key = key(change);
                merged.removeIf(old -> key(old).equals(key));
                merged.add(change);
            }
            keep(stored.changed(merged));
        } finally {
            turn.unlock();
        }
    }

    private static String key(String change) {
        return change.substring(0, change.indexOf('='));
    }

    void upgrade(StoredPlugin next, PluginConfig fresh) {
        turn.lock();
        try {
            requireHere();
            requireDisabled("upgrade");
            requireEnded("upgrade");
            String old = stored.rootfs();
            List<String> kept = new ArrayList<>();
            for (String change : stored.changes()) {
                try {
                    PluginSettings.of(fresh).set(fresh, change);
                    kept.add(change);
                } catch (GantryException gone) {
                    LOG.info("plugin name={} has no setting {} any more", next.name(), key(change));
                }
            }
            keep(next.changed(kept));
            config = fresh;
            directories.deleteRoot(next.id(), old);
        } finally {
            turn.unlock();
        }
    }

    private void keep(StoredPlugin next) {
        directories.store(next);
        stored = next;
    }

    void requireDisabled(String verb) {
        if (stored.enabled()) {
            throw new Conflict(
                    verb + " plugin " + stored.name(),
                    "plugin " + stored.name() + " is enabled",
                    "disable it first with plugin disable");
        }
    }

    private void requireEnded(String verb) {
        if (run != null) {
            throw new Conflict(
                    verb + " plugin " + stored.name(),
                    "plugin " + stored.name() + " is being enabled, or has not ended yet",
                    "disable it first with plugin disable");
        }
    }

    private void requireHere() {
        if (left) {
            throw new NotFound(
                    "find plugin " + stored.name(),
                    "plugin \"" + stored.name() + "\" not found",
                    "see the list of plugins");
        }
    }

    /// Does the last that is done to it: `forget` what is stored of it.
    void retire(Runnable forget) {
        turn.lock();
        try {
            requireHere();
            requireDisabled("remove");
            requireEnded("remove");
            forget.run();
            left = true;
            revival.cancel();
        } finally {
            turn.unlock();
        }
    }

    /// The same at the close of the engine: it goes on running, unless it has not listened yet.
    void leave() {
        turn.lock();
        try {
            left = true;
            revival.cancel();
            if (!stored.enabled()) {
                endRun();
            }
            PluginRun running = run;
            if (running != null) {
                running.watch().close();
            }
        } catch (RuntimeException e) {
            LOG.warn("plugin name={} is left to the next engine: {}", stored.name(), e.getMessage());
        } finally {
            turn.unlock();
        }
    }

    // ends that nobody asked for

    private void follow(PluginRun running, long since) {
        running.watch().exited().whenComplete((_, _) -> Thread.startVirtualThread(() -> ended(running, since)));
    }

    private void ended(PluginRun running, long since) {
        turn.lock();
        try {
            if (left || run != running) {
                return;
            }
            run = null;
            clear(running);
            if (!stored.enabled()) {
                metrics.ended(stored.id());
                return; // whoever enables it, or tried to disable it, says so
            }
            LOG.warn("plugin name={} has ended and is started again", stored.name());
            revival.after(Duration.ofNanos(System.nanoTime() - since));
        } finally {
            turn.unlock();
        }
    }

    private void startAgain() {
        turn.lock();
        try {
            if (left || !revival.isDue() || !stored.enabled()) {
                return;
            }
            hold(launcher.launch(stored, config, view().settings()));
        } catch (RuntimeException e) {
            LOG.warn("plugin name={} not started, tried again: {}", stored.name(), e.getMessage());
            revival.after(Duration.ZERO);
        } finally {
            turn.unlock();
        }
    }
}
