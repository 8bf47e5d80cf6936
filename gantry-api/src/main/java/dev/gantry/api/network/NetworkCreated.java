package dev.gantry.api.network;

import io.avaje.jsonb.Json;

/// The answer of `POST /networks/create`.
@Json
public record NetworkCreated(
        @Json.Property("Id") String id,
        @Json.Property("Warning") String warning) {}
