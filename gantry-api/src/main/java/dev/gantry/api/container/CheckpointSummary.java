package dev.gantry.api.container;

import dev.gantry.api.json.Absent;
import io.avaje.jsonb.Json;

/// One of the answers of `GET /containers/{id}/checkpoints`.
@Json
public record CheckpointSummary(@Json.Property("Name") String name) {
    public CheckpointSummary {
        name = Absent.text(name);
    }
}
