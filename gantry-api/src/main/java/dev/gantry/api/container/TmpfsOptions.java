package dev.gantry.api.container;

import io.avaje.jsonb.Json;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Options of a tmpfs.
@Json
public record TmpfsOptions(
        @Json.Property("SizeBytes") @Nullable Long sizeBytes,
        @Json.Property("Mode") @Nullable Integer mode,
        @Json.Property("Options") @Nullable List<List<String>> options) {}
