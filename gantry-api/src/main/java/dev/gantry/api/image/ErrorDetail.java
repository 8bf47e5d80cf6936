package dev.gantry.api.image;

import dev.gantry.api.json.Absent;
import io.avaje.jsonb.Json;
import org.jspecify.annotations.Nullable;

/// The error that ended a stream of progress.
@Json
public record ErrorDetail(
        @Json.Property("code") @Nullable Integer code,
        @Json.Property("message") String message) {
    public ErrorDetail {
        message = Absent.text(message);
    }
}
