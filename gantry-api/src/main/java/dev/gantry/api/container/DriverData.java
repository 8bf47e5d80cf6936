package dev.gantry.api.container;

import dev.gantry.api.json.Absent;
import dev.gantry.api.json.LabelsOrNull;
import io.avaje.jsonb.Json;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Where a snapshotter keeps the files.
@Json
public record DriverData(
        @Json.Property("Data") @Json.Serializer(LabelsOrNull.class) @Nullable
        Map<String, String> data,

        @Json.Property("Name") String name) {
    public DriverData {
        name = Absent.text(name);
    }
}
