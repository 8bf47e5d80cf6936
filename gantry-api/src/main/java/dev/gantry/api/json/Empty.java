package dev.gantry.api.json;

import io.avaje.jsonb.Json;

/// The object without fields, which Docker's sets have as their values.
@Json
public record Empty() {}
