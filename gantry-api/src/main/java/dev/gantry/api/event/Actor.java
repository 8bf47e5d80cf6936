package dev.gantry.api.event;

import dev.gantry.api.json.Absent;
import io.avaje.jsonb.Json;
import java.util.Map;

/// Whom an event is about.
@Json
public record Actor(
        @Json.Property("ID") String id,
        @Json.Property("Attributes") Map<String, String> attributes) {
    public Actor {
        id = Absent.text(id);
        attributes = Absent.map(attributes);
    }
}
