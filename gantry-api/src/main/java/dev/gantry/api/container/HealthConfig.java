package dev.gantry.api.container;

import io.avaje.jsonb.Json;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// How a container is checked. Durations are nanoseconds.
@Json
public record HealthConfig(
        @Json.Property("Test") @Nullable List<String> test,
        @Json.Property("Interval") long interval,
        @Json.Property("Timeout") long timeout,
        @Json.Property("StartPeriod") long startPeriod,
        @Json.Property("StartInterval") long startInterval,
        @Json.Property("Retries") int retries) {}
