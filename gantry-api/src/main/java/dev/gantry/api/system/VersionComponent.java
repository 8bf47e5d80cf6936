package dev.gantry.api.system;

import dev.gantry.api.json.Absent;
import io.avaje.jsonb.Json;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A part of the engine and its version.
@Json
public record VersionComponent(
        @Json.Property("Name") String name,
        @Json.Property("Version") String version,
        @Json.Property("Details") @Nullable Map<String, String> details) {
    public VersionComponent {
        name = Absent.text(name);
        version = Absent.text(version);
    }
}
