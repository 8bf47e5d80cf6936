package dev.gantry.api.container;

import dev.gantry.api.json.Absent;
import io.avaje.jsonb.Json;
import java.util.List;

/// The answer to create.
@Json
public record CreateResponse(
        @Json.Property("Id") String id,
        @Json.Property("Warnings") List<String> warnings) {
    public CreateResponse {
        id = Absent.text(id);
        warnings = Absent.list(warnings);
    }
}
