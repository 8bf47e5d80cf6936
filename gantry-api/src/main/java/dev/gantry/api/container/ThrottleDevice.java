package dev.gantry.api.container;

import dev.gantry.api.json.Absent;
import io.avaje.jsonb.Json;

/// A limit on a block device.
@Json
public record ThrottleDevice(
        @Json.Property("Path") String path,
        @Json.Property("Rate") long rate) {
    public ThrottleDevice {
        path = Absent.text(path);
    }
}
