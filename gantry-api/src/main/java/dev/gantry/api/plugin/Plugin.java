package dev.gantry.api.plugin;

import dev.gantry.api.json.Absent;
import io.avaje.jsonb.Json;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// One managed plugin. Settings and configuration are passed on as they are.
@Json
public record Plugin(
        @Json.Property("Id") String id,
        @Json.Property("Name") String name,
        @Json.Property("Enabled") boolean enabled,
        @Json.Property("Settings") Map<String, Object> settings,
        @Json.Property("PluginReference") String pluginReference,
        @Json.Property("Config") Map<String, Object> config) {
    public Plugin {
        id = Absent.text(id);
        name = Absent.text(name);
        pluginReference = Absent.text(pluginReference);
    }

    /// What it says of itself.
    public String description() {
        return text(config.get("Description"));
    }

    private static String text(@Nullable Object value) {
        return value instanceof String s ? s : "";
    }
}
