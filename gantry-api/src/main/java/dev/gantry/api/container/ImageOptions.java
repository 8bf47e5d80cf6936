package dev.gantry.api.container;

import io.avaje.jsonb.Json;
import org.jspecify.annotations.Nullable;

/// Options of an image that is mounted.
@Json
public record ImageOptions(
        @Json.Property("Subpath") @Nullable String subpath) {}
