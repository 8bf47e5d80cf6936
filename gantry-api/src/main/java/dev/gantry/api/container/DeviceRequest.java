package dev.gantry.api.container;

import dev.gantry.api.json.Absent;
import dev.gantry.api.json.LabelsOrNull;
import dev.gantry.api.json.StringsOrNull;
import io.avaje.jsonb.Json;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Devices by what they can do.
@Json
public record DeviceRequest(
        @Json.Property("Driver") String driver,
        @Json.Property("Count") int count,

        @Json.Property("DeviceIDs") @Json.Serializer(StringsOrNull.class) @Nullable
        List<String> deviceIds,

        @Json.Property("Capabilities") List<List<String>> capabilities,

        @Json.Property("Options") @Json.Serializer(LabelsOrNull.class) @Nullable
        Map<String, String> options) {
    public DeviceRequest {
        driver = Absent.text(driver);
        capabilities = Absent.list(capabilities);
    }
}
