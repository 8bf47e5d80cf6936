package dev.gantry.engine.container;

import dev.gantry.runtime.watch.Watch;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The watches that leave. Each directory is cleared once its watch is gone and not before, for a watch that leaves
/// removes its socket by name.
final class Departures {
    private static final Logger LOG = LoggerFactory.getLogger(Departures.class);
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    /// Watches of removed containers, until their directories are cleared.
    private final Set<CompletableFuture<Void>> leaving = ConcurrentHashMap.newKeySet();

    private volatile boolean closed;

    void clearWhenGone(Task task) {
        task.watch.gone().thenRun(() -> {
            task.watch.close();
            if (!closed) {
                Watches.clear(task.directory);
            }
        });
    }

    /// Nobody waits for this watch to leave but the close of this engine: its container is removed.
    void leaveBehind(Watch watch, Path directory) {
        CompletableFuture<Void> cleared = watch.gone().thenRun(() -> {
            watch.close();
            Watches.clear(directory);
        });
        leaving.add(cleared);
        cleared.whenComplete((_, _) -> leaving.remove(cleared));
    }

    /// Waits a moment for those of removed containers; the others are left to the next engine.
    void close() {
        closed = true;
        try {
            CompletableFuture.allOf(leaving.toArray(CompletableFuture[]::new))
                    .get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException e) {
            LOG.warn("watch directories left for the next engine: {}", e.toString());
        }
    }
}
