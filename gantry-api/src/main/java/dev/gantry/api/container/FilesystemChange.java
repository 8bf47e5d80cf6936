package dev.gantry.api.container;

import dev.gantry.api.json.Absent;
import io.avaje.jsonb.Json;

/// What a container has done to a path: 0 modified, 1 added, 2 deleted.
@Json
public record FilesystemChange(
        @Json.Property("Path") String path,
        @Json.Property("Kind") int kind) {
    public FilesystemChange {
        path = Absent.text(path);
    }
}
