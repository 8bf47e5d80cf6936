package dev.gantry.api.image;

import dev.gantry.api.container.HealthConfig;
import dev.gantry.api.json.Empty;
import io.avaje.jsonb.Json;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The config of an image, as inspect shows it.
@Json
public record ImageConfig(
        @Json.Property("User") @Nullable String user,
        @Json.Property("ExposedPorts") @Nullable Map<String, Empty> exposedPorts,
        @Json.Property("Env") @Nullable List<String> env,
        @Json.Property("Entrypoint") @Nullable List<String> entrypoint,
        @Json.Property("Cmd") @Nullable List<String> cmd,
        @Json.Property("Volumes") @Nullable Map<String, Empty> volumes,
        @Json.Property("WorkingDir") @Nullable String workingDir,
        @Json.Property("Labels") @Nullable Map<String, String> labels,
        @Json.Property("StopSignal") @Nullable String stopSignal,
        @Json.Property("Healthcheck") @Nullable HealthConfig healthcheck,
        @Json.Property("ArgsEscaped") @Nullable Boolean argsEscaped,
        @Json.Property("OnBuild") @Nullable List<String> onBuild,
        @Json.Property("Shell") @Nullable List<String> shell) {}
