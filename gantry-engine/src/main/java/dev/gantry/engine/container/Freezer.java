package dev.gantry.engine.container;

import dev.gantry.base.ContainerId;
import dev.gantry.base.Unavailable;
import dev.gantry.runtime.oci.CgroupLayout;
import dev.gantry.runtime.watch.Watch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/// Stops all processes of a container where they are, and lets them go on. The watch does it for as long as our
/// connection lasts, so that a container never stays frozen because we died. Kernel's
/// Documentation/admin-guide/cgroup-v1/freezer-subsystem and cgroup-v2 §"cgroup.freeze".
final class Freezer {
    private static final Duration LOOK = Duration.ofMillis(1);

    private final ContainerIndex index;
    private final CgroupLayout layout;
    private final GroupPlaces places;

    Freezer(ContainerIndex index, CgroupLayout layout, GroupPlaces places) {
        this.index = index;
        this.layout = layout;
        this.places = places;
    }

    /// A container that stands still until this is closed.
    record Frozen(Watch watch) implements AutoCloseable {
        @Override
        public void close() {
            try (watch) {
                watch.thaw();
            } catch (Unavailable ended) {
                // Then nothing is left that could be frozen.
            }
        }
    }

    /// Returns when all processes are still; empty while the container is just starting or ending. `check` ends the
    /// wait by throwing. Takes no lock of the container: who starts it may be waiting for its volume.
    Optional<Frozen> freeze(ContainerId id, Runnable check) {
        Optional<Watch> running = index.get(id).map(cell -> cell.row).flatMap(Freezer::watch);
        if (running.isEmpty()) {
            return Optional.empty();
        }
        var frozen = new Frozen(running.get());
        try {
            if (running.get().freeze()) {
                await(id.hex(), check);
                return Optional.of(frozen);
            }
        } catch (Unavailable e) {
            frozen.close();
            check.run();
            return Optional.empty();
        } catch (RuntimeException e) {
            frozen.close();
            throw e;
        }
        frozen.close();
        return Optional.empty();
    }

    private static Optional<Watch> watch(StoredContainer row) {
        if (!(row.state() instanceof ContainerState.Running)) {
            return Optional.empty();
        }
        try {
            return Optional.of(Watch.connect(Path.of(row.watchDirectory())));
        } catch (Unavailable ended) {
            return Optional.empty();
        }
    }

    /// Returns when all processes of the container `name` are still; `check` ends the wait by throwing.
    void await(String name, Runnable check) {
        while (!isFrozen(name)) {
            check.run();
            try {
                Thread.sleep(LOOK);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new Unavailable("freeze container " + name, "the work was cancelled", "ask again", e);
            }
        }
    }

    private boolean isFrozen(String name) {
        Path v1 = Path.of(layout.v1().getOrDefault("freezer", "/nonexistent"), places.of(name), "freezer.state");
        try {
            if (Files.exists(v1)) {
                return Files.readString(v1).strip().equals("FROZEN");
            }
            Path v2 = Path.of(layout.v2().isEmpty() ? "/nonexistent" : layout.v2(), places.of(name), "cgroup.events");
            return Files.readString(v2).contains("frozen 1");
        } catch (IOException e) {
            return true; // it has ended
        }
    }
}
