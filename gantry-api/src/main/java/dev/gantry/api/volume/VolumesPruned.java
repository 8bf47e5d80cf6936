package dev.gantry.api.volume;

import dev.gantry.api.json.StringsOrNull;
import io.avaje.jsonb.Json;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The answer of `POST /volumes/prune`.
@Json
public record VolumesPruned(
        @Json.Property("VolumesDeleted") @Json.Serializer(StringsOrNull.class) @Nullable
        List<String> volumesDeleted,

        @Json.Property("SpaceReclaimed") long spaceReclaimed) {}
