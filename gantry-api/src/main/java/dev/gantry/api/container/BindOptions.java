package dev.gantry.api.container;

import io.avaje.jsonb.Json;
import org.jspecify.annotations.Nullable;

/// Options of a bind mount.
@Json
public record BindOptions(
        @Json.Property("Propagation") @Nullable String propagation,
        @Json.Property("NonRecursive") @Nullable Boolean nonRecursive,
        @Json.Property("CreateMountpoint") @Nullable Boolean createMountpoint,
        @Json.Property("ReadOnlyNonRecursive") @Nullable Boolean readOnlyNonRecursive,
        @Json.Property("ReadOnlyForceRecursive") @Nullable Boolean readOnlyForceRecursive) {}
