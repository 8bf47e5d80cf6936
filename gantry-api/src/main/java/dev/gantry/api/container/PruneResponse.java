package dev.gantry.api.container;

import dev.gantry.api.json.StringsOrNull;
import io.avaje.jsonb.Json;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The answer to `POST /containers/prune`.
@Json
public record PruneResponse(
        @Json.Property("ContainersDeleted") @Json.Serializer(StringsOrNull.class) @Nullable
        List<String> containersDeleted,

        @Json.Property("SpaceReclaimed") long spaceReclaimed) {}
