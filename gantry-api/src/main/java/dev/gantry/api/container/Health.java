package dev.gantry.api.container;

import dev.gantry.api.json.Absent;
import io.avaje.jsonb.Json;
import java.util.List;

/// What the checks found.
@Json
public record Health(
        @Json.Property("Status") String status,
        @Json.Property("FailingStreak") int failingStreak,
        @Json.Property("Log") List<HealthcheckResult> log) {
    public Health {
        status = Absent.text(status);
        log = Absent.list(log);
    }
}
