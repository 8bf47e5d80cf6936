package dev.gantry.api.container;

import dev.gantry.api.json.Absent;
import io.avaje.jsonb.Json;

/// A share of the bandwidth of a block device.
@Json
public record WeightDevice(
        @Json.Property("Path") String path,
        @Json.Property("Weight") int weight) {
    public WeightDevice {
        path = Absent.text(path);
    }
}
