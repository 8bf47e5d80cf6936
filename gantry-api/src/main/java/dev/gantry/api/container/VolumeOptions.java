package dev.gantry.api.container;

import io.avaje.jsonb.Json;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Options of a volume.
@Json
public record VolumeOptions(
        @Json.Property("NoCopy") @Nullable Boolean noCopy,
        @Json.Property("Labels") @Nullable Map<String, String> labels,
        @Json.Property("DriverConfig") @Nullable DriverConfig driverConfig,
        @Json.Property("Subpath") @Nullable String subpath) {}
