package dev.gantry.api.system;

import dev.gantry.api.json.Absent;
import dev.gantry.api.json.StringsOrNull;
import io.avaje.jsonb.Json;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The plugins by kind.
@Json
public record PluginsInfo(
        @Json.Property("Volume") List<String> volume,
        @Json.Property("Network") List<String> network,

        @Json.Property("Authorization") @Json.Serializer(StringsOrNull.class) @Nullable
        List<String> authorization,

        @Json.Property("Log") List<String> log) {
    public PluginsInfo {
        volume = Absent.list(volume);
        network = Absent.list(network);
        log = Absent.list(log);
    }
}
