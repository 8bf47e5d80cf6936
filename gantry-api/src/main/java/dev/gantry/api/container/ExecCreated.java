package dev.gantry.api.container;

import dev.gantry.api.json.Absent;
import io.avaje.jsonb.Json;

/// The answer to create of an exec.
@Json
public record ExecCreated(@Json.Property("Id") String id) {
    public ExecCreated {
        id = Absent.text(id);
    }
}
