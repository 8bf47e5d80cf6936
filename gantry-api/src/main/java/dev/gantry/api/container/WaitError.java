package dev.gantry.api.container;

import dev.gantry.api.json.Absent;
import io.avaje.jsonb.Json;

/// Why a wait failed.
@Json
public record WaitError(@Json.Property("Message") String message) {
    public WaitError {
        message = Absent.text(message);
    }
}
