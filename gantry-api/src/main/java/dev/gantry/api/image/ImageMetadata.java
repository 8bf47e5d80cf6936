package dev.gantry.api.image;

import io.avaje.jsonb.Json;
import org.jspecify.annotations.Nullable;

/// What this engine remembers of an image.
@Json
public record ImageMetadata(
        @Json.Property("LastTagTime") @Nullable String lastTagTime) {}
