package dev.gantry.api.network;

import dev.gantry.api.json.Absent;
import io.avaje.jsonb.Json;
import org.jspecify.annotations.Nullable;

/// The body of `POST /networks/{id}/connect`.
@Json
public record NetworkConnect(
        @Json.Property("Container") String container,
        @Json.Property("EndpointConfig") @Nullable EndpointSettings endpointConfig) {
    public NetworkConnect {
        container = Absent.text(container);
    }
}
