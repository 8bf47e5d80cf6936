package dev.gantry.api.container;

import dev.gantry.api.json.Absent;
import io.avaje.jsonb.Json;

/// A port of the host.
@Json
public record PortBinding(
        @Json.Property("HostIp") String hostIp,
        @Json.Property("HostPort") String hostPort) {
    public PortBinding {
        hostIp = Absent.text(hostIp);
        hostPort = Absent.text(hostPort);
    }
}
