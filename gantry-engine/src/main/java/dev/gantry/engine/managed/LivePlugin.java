package dev.gantry.engine.managed;

import dev.gantry.base.Conflict;
import dev.gantry.base.GantryException;
import dev.gantry.base.NotFound;
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
    private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);
    private static final Duration GOOD_RUN = Duration.ofSeconds(10);

    private final PluginDirectory directories;
    private final PluginLauncher launcher;

    /// The queue of those who start, end or change this plugin.
    private final ReentrantLock turn = new ReentrantLock();

    // Written in the turn, read at any time.
    private volatile StoredPlugin stored;
    private volatile PluginConfig config;

    // Guarded by `turn`.
    private @Nullable PluginRun run;
    private @Nullable Thread again;
    private boolean left;
    private Duration pause = FIRST_PAUSE;

    LivePlugin(StoredPlugin stored, PluginConfig config, PluginDirectory directories, PluginLauncher launcher) {
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
                new PluginPlaces(directories.rootfs(s), c.propagatedMount(), directories.propagated(s.id())));
    }

    /// After the start of the engine. Returns at once.
    void takeUp() {
        turn.lock();
        try {
            Optional<PluginRun> running = launcher.adopt(stored);
            if (!stored.enabled()) {
                running.ifPresent(this::stop);
                launcher.forget(stored.id());
            } else if (running.isPresent()) {
                run = running.get();
                follow(run, System.nanoTime());
            } else {
                launcher.forget(stored.id());
                startLater(Duration.ZERO);
            }
        } finally {
            turn.unlock();
        }
    }

    /// Returns when it listens. What fails leaves it disabled.
    void enable(Duration patience) {
        turn.lock();
        try {
            requireHere();
            if (stored.enabled()) {
                throw new Conflict(
                        "enable plugin " + stored.name(),
                        "plugin " + stored.name() + " is already enabled",
                        "disable it first");
            }
            PluginRun fresh = launcher.launch(stored, config, view().settings());
            try {
                fresh.awaitReady(
                        launcher.sockets(stored.id()).resolve(config.socket()),
                        patience.isZero() ? USUAL_PATIENCE : patience);
                keep(stored.enabled(true));
            } catch (RuntimeException e) {
                stop(fresh);
                throw e;
            }
            run = fresh;
            pause = FIRST_PAUSE;
            follow(fresh, System.nanoTime());
        } finally {
            turn.unlock();
        }
    }

    /// False when it was disabled.
    boolean disable() {
        turn.lock();
        try {
            requireHere();
            if (!stored.enabled()) {
                return false;
            }
            keep(stored.enabled(false));
            cancelAgain();
            PluginRun running = run;
            run = null;
            if (running != null) {
                stop(running);
            } else {
                launcher.clean(stored.id());
            }
            return true;
        } finally {
            turn.unlock();
        }
    }

    private void stop(PluginRun running) {
        running.stop();
        launcher.clean(stored.id());
        running.clear();
    }

    /// All or none.
    void set(List<String> changes) {
        turn.lock();
        try {
            requireHere();
            requireDisabled("set");
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
            String old = stored.rootfs();
            List<String> kept = new ArrayList<>();
            for (String change : next.changes()) {
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

    private void requireHere() {
        if (left) {
            throw new NotFound(
                    "find plugin " + stored.name(),
                    "plugin \"" + stored.name() + "\" not found",
                    "see the list of plugins");
        }
    }

    /// From now on nothing happens to it any more.
    void retire() {
        turn.lock();
        try {
            requireDisabled("remove");
            left = true;
            cancelAgain();
        } finally {
            turn.unlock();
        }
    }

    /// The same at the close of the engine: it goes on running.
    void leave() {
        turn.lock();
        try {
            left = true;
            cancelAgain();
            PluginRun running = run;
            if (running != null) {
                running.watch().close();
            }
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
            LOG.warn("plugin name={} has ended and is started again", stored.name());
            run = null;
            launcher.clean(stored.id());
            running.clear();
            if (System.nanoTime() - since > GOOD_RUN.toNanos()) {
                pause = FIRST_PAUSE;
            }
            startLater(pause);
            pause = pause.multipliedBy(2).compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : pause.multipliedBy(2);
        } finally {
            turn.unlock();
        }
    }

    private void startLater(Duration after) {
        again = Thread.startVirtualThread(() -> {
            try {
                Thread.sleep(after);
            } catch (InterruptedException e) {
                return;
            }
            startAgain();
        });
    }

    private void startAgain() {
        turn.lock();
        try {
            if (left || again != Thread.currentThread() || !stored.enabled()) {
                return;
            }
            again = null;
            run = launcher.launch(stored, config, view().settings());
            follow(run, System.nanoTime());
        } catch (RuntimeException e) {
            LOG.warn("plugin name={} not started, tried again: {}", stored.name(), e.getMessage());
            startLater(pause);
            pause = pause.multipliedBy(2).compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : pause.multipliedBy(2);
        } finally {
            turn.unlock();
        }
    }

    private void cancelAgain() {
        Thread waiting = again;
        again = null;
        if (waiting != null) {
            waiting.interrupt();
        }
    }
}
