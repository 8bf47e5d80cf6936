package dev.gantry.api.image;

import io.avaje.jsonb.Json;
import org.jspecify.annotations.Nullable;

/// How far a step of a pull or load is, in bytes.
@Json
public record ProgressDetail(
        @Json.Property("current") @Nullable Long current,
        @Json.Property("total") @Nullable Long total) {}
