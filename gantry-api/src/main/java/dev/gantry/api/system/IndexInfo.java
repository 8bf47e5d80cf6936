package dev.gantry.api.system;

import dev.gantry.api.json.Absent;
import io.avaje.jsonb.Json;
import java.util.List;

/// A registry that is known by name.
@Json
public record IndexInfo(
        @Json.Property("Name") String name,
        @Json.Property("Mirrors") List<String> mirrors,
        @Json.Property("Secure") boolean secure,
        @Json.Property("Official") boolean official) {
    public IndexInfo {
        name = Absent.text(name);
        mirrors = Absent.list(mirrors);
    }
}
