package dev.gantry.api.network;

import dev.gantry.api.json.Absent;
import io.avaje.jsonb.Json;

/// The body of `POST /networks/{id}/disconnect`.
@Json
public record NetworkDisconnect(
        @Json.Property("Container") String container,
        @Json.Property("Force") boolean force) {
    public NetworkDisconnect {
        container = Absent.text(container);
    }
}
