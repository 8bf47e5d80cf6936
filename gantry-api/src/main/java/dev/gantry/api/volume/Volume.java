package dev.gantry.api.volume;

import dev.gantry.api.json.Absent;
import dev.gantry.api.json.LabelsOrNull;
import io.avaje.jsonb.Json;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// One volume. `UsageData` is there in `GET /system/df` only, `Status` where a plugin keeps it.
@Json
public record Volume(
        @Json.Property("CreatedAt") @Nullable String createdAt,
        @Json.Property("Driver") String driver,

        @Json.Property("Labels") @Json.Serializer(LabelsOrNull.class) @Nullable
        Map<String, String> labels,

        @Json.Property("Mountpoint") String mountpoint,
        @Json.Property("Name") String name,

        @Json.Property("Options") @Json.Serializer(LabelsOrNull.class) @Nullable
        Map<String, String> options,

        @Json.Property("Scope") String scope,
        @Json.Property("Status") @Nullable Map<String, Object> status,
        @Json.Property("UsageData") @Nullable VolumeUsage usageData) {
    public Volume {
        driver = Absent.text(driver);
        mountpoint = Absent.text(mountpoint);
        name = Absent.text(name);
        scope = Absent.text(scope);
    }
}
