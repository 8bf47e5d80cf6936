package dev.gantry.api.container;

import dev.gantry.api.json.Absent;
import io.avaje.jsonb.Json;

/// The body of `POST /containers/{id}/checkpoints`.
///
/// @param exit whether the container ends when it is saved
@Json
public record CheckpointCreate(
        @Json.Property("CheckpointID") String checkpointId,
        @Json.Property("CheckpointDir") String checkpointDir,
        @Json.Property("Exit") boolean exit) {
    public CheckpointCreate {
        checkpointId = Absent.text(checkpointId);
        checkpointDir = Absent.text(checkpointDir);
    }
}
