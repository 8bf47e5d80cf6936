package dev.gantry.api.image;

import dev.gantry.api.json.Absent;
import io.avaje.jsonb.Json;
import org.jspecify.annotations.Nullable;

/// A platform. OCI image-spec 1.1 §image-index.
@Json
public record PlatformSpec(
        @Json.Property("architecture") String architecture,
        @Json.Property("os") String os,
        @Json.Property("variant") @Nullable String variant) {
    public PlatformSpec {
        architecture = Absent.text(architecture);
        os = Absent.text(os);
    }
}
