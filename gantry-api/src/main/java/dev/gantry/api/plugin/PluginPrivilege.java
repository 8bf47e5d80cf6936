package dev.gantry.api.plugin;

import dev.gantry.api.json.Absent;
import io.avaje.jsonb.Json;
import java.util.List;

/// A right that a plugin needs.
@Json
public record PluginPrivilege(
        @Json.Property("Name") String name,
        @Json.Property("Description") String description,
        @Json.Property("Value") List<String> value) {
    public PluginPrivilege {
        name = Absent.text(name);
        description = Absent.text(description);
        value = Absent.list(value);
    }
}
