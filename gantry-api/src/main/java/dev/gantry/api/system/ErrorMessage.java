package dev.gantry.api.system;

import dev.gantry.api.json.Absent;
import io.avaje.jsonb.Json;

/// Every answer with a status of 400 and above.
@Json
public record ErrorMessage(@Json.Property("message") String message) {
    public ErrorMessage {
        message = Absent.text(message);
    }
}
