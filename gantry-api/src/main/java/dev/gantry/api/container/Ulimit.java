package dev.gantry.api.container;

import dev.gantry.api.json.Absent;
import io.avaje.jsonb.Json;

/// A limit of setrlimit(2).
@Json
public record Ulimit(
        @Json.Property("Name") String name,
        @Json.Property("Soft") long soft,
        @Json.Property("Hard") long hard) {
    public Ulimit {
        name = Absent.text(name);
    }
}
