package dev.gantry.api.system;

import dev.gantry.api.json.Absent;
import io.avaje.jsonb.Json;
import java.util.List;

/// One record of the build cache.
@Json
public record BuildCache(
        @Json.Property("ID") String id,
        @Json.Property("Parents") List<String> parents,
        @Json.Property("Type") String type,
        @Json.Property("Description") String description,
        @Json.Property("InUse") boolean inUse,
        @Json.Property("Shared") boolean shared,
        @Json.Property("Size") long size,
        @Json.Property("CreatedAt") String createdAt,
        @Json.Property("LastUsedAt") String lastUsedAt,
        @Json.Property("UsageCount") long usageCount) {
    public BuildCache {
        id = Absent.text(id);
        parents = Absent.list(parents);
        type = Absent.text(type);
        description = Absent.text(description);
        createdAt = Absent.text(createdAt);
        lastUsedAt = Absent.text(lastUsedAt);
    }
}
