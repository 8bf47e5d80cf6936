package dev.gantry.api.volume;

import dev.gantry.api.json.Absent;
import dev.gantry.api.json.StringsOrNull;
import io.avaje.jsonb.Json;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The answer of `GET /volumes`.
@Json
public record VolumeList(
        @Json.Property("Volumes") List<Volume> volumes,

        @Json.Property("Warnings") @Json.Serializer(StringsOrNull.class) @Nullable
        List<String> warnings) {
    public VolumeList {
        volumes = Absent.list(volumes);
    }
}
