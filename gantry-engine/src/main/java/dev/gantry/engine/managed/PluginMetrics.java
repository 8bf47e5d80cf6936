package dev.gantry.engine.managed;

import dev.gantry.base.GantryException;
import dev.gantry.base.Unsupported;
import dev.gantry.engine.plugin.ManagedPlugin;
import dev.gantry.engine.plugin.PluginClient;
import dev.gantry.engine.plugin.PluginKind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The plugins that collect metrics: each finds a socket in a directory of its own, and is told when it may read there.
/// The directory is what is mounted, so that a plugin which outlives an engine finds the socket of the next one.
final class PluginMetrics {
    private static final Logger LOG = LoggerFactory.getLogger(PluginMetrics.class);
    private static final String SOCKET = "metrics.sock";
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Duration START = Duration.ofSeconds(30);
    private static final Duration STOP = Duration.ofSeconds(5);

    private volatile @Nullable MetricsDoor door;

    /// By the id of the plugin.
    private final Map<String, Reader> readers = new ConcurrentHashMap<>();

    /// Held while a socket is opened.
    private final ReentrantLock opening = new ReentrantLock();

    private record Reader(
            ManagedPlugin plugin, Path directory, @Nullable AutoCloseable socket) {
        PluginClient client() {
            return new PluginClient(plugin.name(), plugin.address(), PATIENCE);
        }
    }

    /// From now on there are metrics, for those that run already too.
    void through(MetricsDoor opened) {
        door = opened;
        List.copyOf(readers.keySet()).forEach(this::startSoon);
    }

    void requireDoor(String name) {
        if (door == null) {
            throw new Unsupported(
                    "enable plugin " + name, "this engine serves no metrics", "use the engine of a daemon");
        }
    }

    /// A run of it has begun; it may not listen yet. Returns at once.
    void begun(String id, ManagedPlugin plugin, Path directory) {
        if (plugin.kinds().contains(PluginKind.METRICS.wire())) {
            readers.compute(id, (_, known) -> new Reader(plugin, directory, known == null ? null : known.socket()));
            startSoon(id);
        }
    }

    private void startSoon(String id) {
        if (door != null) {
            Thread.ofVirtual().name("metrics-" + id.substring(0, 12)).start(() -> start(id));
        }
    }

    private void start(String id) {
        Reader reader = listening(id);
        if (reader == null || reader.socket() == null) {
            return; // it has ended, or the log says why
        }
        try {
            reader.client().call("start metrics", "MetricsCollector.StartMetrics", Map.of(), START);
        } catch (GantryException e) {
            LOG.warn("plugin name={} takes no metrics: {}", reader.plugin().name(), e.getMessage());
        }
    }

    /// Whoever opens a socket waits for others who do, and nobody else waits for them.
    private @Nullable Reader listening(String id) {
        opening.lock();
        try {
            while (true) {
                Reader known = readers.get(id);
                if (known == null || known.socket() != null) {
                    return known;
                }
                Reader opened = opened(known);
                if (opened.socket() == null || readers.replace(id, known, opened)) {
                    return opened;
                }
                close(opened); // its run is over, or the next one has begun
            }
        } finally {
            opening.unlock();
        }
    }

    private Reader opened(Reader reader) {
        MetricsDoor wired = door;
        if (wired == null) {
            return reader;
        }
        Path socket = reader.directory().resolve(SOCKET);
        try {
            Files.deleteIfExists(socket); // of the engine before
            AutoCloseable server = wired.open(socket);
            Reader made = new Reader(reader.plugin(), reader.directory(), server);
            try {
                // The plugin's own user reads it; nobody else comes as far as the directory.
                Files.setPosixFilePermissions(socket, PosixFilePermissions.fromString("rw-rw-rw-"));
            } catch (IOException | RuntimeException e) {
                close(made);
                throw e;
            }
            return made;
        } catch (IOException e) {
            LOG.warn("plugin name={} gets no metrics: {}", reader.plugin().name(), e.toString());
            return reader;
        }
    }

    /// Its run is over, and it will not be started again by itself.
    void ended(String id) {
        Reader reader = readers.remove(id);
        if (reader != null) {
            close(reader);
        }
    }

    /// The engine leaves; plugins go on, and are told that nobody is there.
    void leave() {
        List<Thread> told = new ArrayList<>();
        for (String id : List.copyOf(readers.keySet())) {
            told.add(Thread.ofVirtual().start(() -> {
                Reader reader = readers.remove(id);
                if (reader != null && reader.socket() != null) {
                    stop(reader);
                    close(reader);
                }
            }));
        }
        for (Thread thread : told) {
            try {
                thread.join(STOP.plusSeconds(1));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    private static void stop(Reader reader) {
        try {
            new PluginClient(reader.plugin().name(), reader.plugin().address(), Duration.ZERO)
                    .call("stop metrics", "MetricsCollector.StopMetrics", Map.of(), STOP);
        } catch (GantryException e) {
            LOG.debug("plugin name={} was not told: {}", reader.plugin().name(), e.getMessage());
        }
    }

    private static void close(Reader reader) {
        AutoCloseable socket = reader.socket();
        if (socket == null) {
            return;
        }
        try (socket) { // its name goes first: who finds one is answered
            Files.deleteIfExists(reader.directory().resolve(SOCKET));
        } catch (Exception e) {
            LOG.warn("socket of plugin name={} left: {}", reader.plugin().name(), e.toString());
        }
    }
}
