package dev.gantry.api.system;

import dev.gantry.api.json.Absent;
import io.avaje.jsonb.Json;

/// The name of the product.
@Json
public record PlatformName(@Json.Property("Name") String name) {
    public PlatformName {
        name = Absent.text(name);
    }
}
