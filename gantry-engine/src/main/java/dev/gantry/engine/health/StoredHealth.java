package dev.gantry.engine.health;

import io.avaje.jsonb.Json;

/// What was found in one run, which its process names.
@Json
record StoredHealth(
        @Json.Property("Pid") int pid,
        @Json.Property("StartTime") long startTime,
        @Json.Property("Health") Health health) {}
