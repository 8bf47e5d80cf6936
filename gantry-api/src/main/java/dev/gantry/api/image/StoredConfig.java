package dev.gantry.api.image;

import dev.gantry.api.container.HealthConfig;
import io.avaje.jsonb.Json;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What a stored configuration has beyond OCI image-spec 1.1 §config, and builders need.
@Json
public record StoredConfig(
        @Json.Property("config") @Nullable Run config) {
    @Json
    public record Run(
            @Json.Property("Healthcheck") @Nullable HealthConfig healthcheck,
            @Json.Property("ArgsEscaped") @Nullable Boolean argsEscaped,
            @Json.Property("OnBuild") @Nullable List<String> onBuild,
            @Json.Property("Shell") @Nullable List<String> shell) {
        public static final Run NONE = new Run(null, null, null, null);
    }
}
