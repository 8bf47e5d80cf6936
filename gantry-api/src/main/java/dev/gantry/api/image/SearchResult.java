package dev.gantry.api.image;

import dev.gantry.api.json.Absent;
import io.avaje.jsonb.Json;

/// A repository that an index has found. Nothing is built by an index any more: `automated` is false.
@Json
public record SearchResult(
        @Json.Property("star_count") int stars,
        @Json.Property("is_official") boolean official,
        @Json.Property("name") String name,
        @Json.Property("is_automated") boolean automated,
        @Json.Property("description") String description) {
    public SearchResult {
        name = Absent.text(name);
        description = Absent.text(description);
    }
}
