package dev.gantry.api.container;

import io.avaje.jsonb.Json;
import org.jspecify.annotations.Nullable;

/// The answer to wait.
@Json
public record WaitResponse(
        @Json.Property("StatusCode") long statusCode,
        @Json.Property("Error") @Nullable WaitError error) {}
