package dev.gantry.api.system;

import io.avaje.jsonb.Json;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// An OCI runtime.
@Json
public record Runtime(
        @Json.Property("path") @Nullable String path,
        @Json.Property("runtimeArgs") @Nullable List<String> runtimeArgs) {}
