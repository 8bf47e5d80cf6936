package dev.gantry.api.container;

import dev.gantry.api.json.Absent;
import io.avaje.jsonb.Json;

/// One run of a check.
@Json
public record HealthcheckResult(
        @Json.Property("Start") String start,
        @Json.Property("End") String end,
        @Json.Property("ExitCode") int exitCode,
        @Json.Property("Output") String output) {
    public HealthcheckResult {
        start = Absent.text(start);
        end = Absent.text(end);
        output = Absent.text(output);
    }
}
