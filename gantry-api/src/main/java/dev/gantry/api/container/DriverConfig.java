package dev.gantry.api.container;

import io.avaje.jsonb.Json;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A volume driver and its options.
@Json
public record DriverConfig(
        @Json.Property("Name") @Nullable String name,
        @Json.Property("Options") @Nullable Map<String, String> options) {}
