package dev.gantry.api.system;

import dev.gantry.api.json.Absent;
import io.avaje.jsonb.Json;

/// The version of a helper program.
@Json
public record Commit(@Json.Property("ID") String id) {
    public Commit {
        id = Absent.text(id);
    }
}
