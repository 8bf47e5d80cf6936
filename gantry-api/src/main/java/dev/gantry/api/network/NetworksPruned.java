package dev.gantry.api.network;

import dev.gantry.api.json.StringsOrNull;
import io.avaje.jsonb.Json;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The answer of `POST /networks/prune`: names.
@Json
public record NetworksPruned(
        @Json.Property("NetworksDeleted") @Json.Serializer(StringsOrNull.class) @Nullable
        List<String> networksDeleted) {}
