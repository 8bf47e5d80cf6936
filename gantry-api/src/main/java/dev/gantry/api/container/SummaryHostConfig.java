package dev.gantry.api.container;

import io.avaje.jsonb.Json;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The part of the host config which a listing shows.
@Json
public record SummaryHostConfig(
        @Json.Property("NetworkMode") @Nullable String networkMode,
        @Json.Property("Annotations") @Nullable Map<String, String> annotations) {}
