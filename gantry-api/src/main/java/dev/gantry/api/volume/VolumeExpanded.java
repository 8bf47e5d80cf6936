package dev.gantry.api.volume;

import io.avaje.jsonb.Json;

/// The answer of our own `POST /volumes/{name}/expand`: how large the volume is now; 0 where its driver does not say.
@Json
public record VolumeExpanded(@Json.Property("Bytes") long bytes) {}
