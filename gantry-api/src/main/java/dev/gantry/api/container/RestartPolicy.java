package dev.gantry.api.container;

import dev.gantry.api.json.Absent;
import io.avaje.jsonb.Json;

/// When a container that ended is started again.
@Json
public record RestartPolicy(
        @Json.Property("Name") String name,
        @Json.Property("MaximumRetryCount") int maximumRetryCount) {
    public RestartPolicy {
        name = Absent.text(name);
    }

    public static final RestartPolicy NEVER = new RestartPolicy("no", 0);
}
