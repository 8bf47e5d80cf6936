package dev.gantry.api.container;

import dev.gantry.api.json.Absent;
import io.avaje.jsonb.Json;
import java.util.Map;

/// Where the output of a container goes.
@Json
public record LogConfig(
        @Json.Property("Type") String type,
        @Json.Property("Config") Map<String, String> config) {
    public LogConfig {
        type = Absent.text(type);
        config = Absent.map(config);
    }

    public static final LogConfig DEFAULT = new LogConfig("", Map.of());
}
