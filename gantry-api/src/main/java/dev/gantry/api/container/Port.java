package dev.gantry.api.container;

import dev.gantry.api.json.Absent;
import io.avaje.jsonb.Json;
import org.jspecify.annotations.Nullable;

/// A port in a listing.
@Json
public record Port(
        @Json.Property("IP") @Nullable String ip,
        @Json.Property("PrivatePort") int privatePort,
        @Json.Property("PublicPort") @Nullable Integer publicPort,
        @Json.Property("Type") String type) {
    public Port {
        type = Absent.text(type);
    }
}
