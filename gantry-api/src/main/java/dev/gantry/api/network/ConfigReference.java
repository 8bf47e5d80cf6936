package dev.gantry.api.network;

import dev.gantry.api.json.Absent;
import io.avaje.jsonb.Json;

/// The network whose configuration is used.
@Json
public record ConfigReference(@Json.Property("Network") String network) {
    public ConfigReference {
        network = Absent.text(network);
    }
}
