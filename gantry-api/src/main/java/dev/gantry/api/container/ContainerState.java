package dev.gantry.api.container;

import dev.gantry.api.json.Absent;
import io.avaje.jsonb.Json;
import org.jspecify.annotations.Nullable;

/// The state of a container. Times are RFC 3339; what did not happen yet is the year 1.
@Json
public record ContainerState(
        @Json.Property("Status") String status,
        @Json.Property("Running") boolean running,
        @Json.Property("Paused") boolean paused,
        @Json.Property("Restarting") boolean restarting,
        @Json.Property("OOMKilled") boolean oomKilled,
        @Json.Property("Dead") boolean dead,
        @Json.Property("Pid") long pid,
        @Json.Property("ExitCode") int exitCode,
        @Json.Property("Error") String error,
        @Json.Property("StartedAt") String startedAt,
        @Json.Property("FinishedAt") String finishedAt,
        @Json.Property("Health") @Nullable Health health) {
    public ContainerState {
        status = Absent.text(status);
        error = Absent.text(error);
        startedAt = Absent.text(startedAt);
        finishedAt = Absent.text(finishedAt);
    }
}
