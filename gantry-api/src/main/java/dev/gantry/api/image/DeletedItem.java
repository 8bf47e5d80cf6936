package dev.gantry.api.image;

import io.avaje.jsonb.Json;
import org.jspecify.annotations.Nullable;

/// What a delete took away: a name, or an image.
@Json
public record DeletedItem(
        @Json.Property("Untagged") @Nullable String untagged,
        @Json.Property("Deleted") @Nullable String deleted) {}
