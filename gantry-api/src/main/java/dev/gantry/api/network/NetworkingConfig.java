package dev.gantry.api.network;

import io.avaje.jsonb.Json;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The networks named in a create request.
@Json
public record NetworkingConfig(
        @Json.Property("EndpointsConfig") @Nullable Map<String, EndpointSettings> endpointsConfig) {}
