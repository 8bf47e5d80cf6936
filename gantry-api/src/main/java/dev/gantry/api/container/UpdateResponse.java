package dev.gantry.api.container;

import dev.gantry.api.json.StringsOrNull;
import io.avaje.jsonb.Json;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What became of an update.
@Json
public record UpdateResponse(
        @Json.Property("Warnings") @Json.Serializer(StringsOrNull.class) @Nullable
        List<String> warnings) {}
