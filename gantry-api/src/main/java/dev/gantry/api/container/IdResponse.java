package dev.gantry.api.container;

import dev.gantry.api.json.Absent;
import io.avaje.jsonb.Json;

/// The id of what was made.
@Json
public record IdResponse(@Json.Property("Id") String id) {
    public IdResponse {
        id = Absent.text(id);
    }
}
