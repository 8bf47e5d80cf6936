package dev.gantry.engine.health;

import dev.gantry.engine.container.Container;
import dev.gantry.engine.container.ContainerState;
import io.avaje.json.JsonException;
import io.avaje.jsonb.JsonType;
import io.avaje.jsonb.Jsonb;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What was found, in the container's directory, for the next engine. It need not survive the host: a run does not,
/// either.
final class HealthFiles {
    private static final Logger LOG = LoggerFactory.getLogger(HealthFiles.class);
    private static final JsonType<StoredHealth> JSON = Jsonb.builder().build().type(StoredHealth.class);

    /// Written beside and renamed: never half.
    void write(Container c, ContainerState.Running run, Health health) {
        Path file = file(c);
        Path beside = file.resolveSibling("health.new");
        try {
            Files.writeString(beside, JSON.toJson(new StoredHealth(run.pid(), run.startTime(), health)));
            Files.move(beside, file, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            // It is being removed, or the disk is full: the next engine finds it starting.
            LOG.debug("health of container id={} not kept: {}", c.id().shortHex(), e.toString());
        }
    }

    Optional<Health> read(Container c) {
        return found(c).map(StoredHealth::health);
    }

    Optional<Health> readOf(Container c, ContainerState.Running run) {
        return found(c).filter(f -> f.pid() == run.pid() && f.startTime() == run.startTime())
                .map(StoredHealth::health);
    }

    private static Optional<StoredHealth> found(Container c) {
        Path file = file(c);
        try {
            return Files.exists(file) ? Optional.of(JSON.fromJson(Files.readString(file))) : Optional.empty();
        } catch (IOException | JsonException | IllegalStateException e) {
            LOG.warn("health of container id={} unreadable: {}", c.id().shortHex(), e.toString());
            return Optional.empty();
        }
    }

    private static Path file(Container c) {
        return c.files().directory().resolve("health");
    }
}
