package dev.gantry.engine.container;

import dev.gantry.network.port.ContainerPort;
import dev.gantry.network.port.PortRequest;
import io.avaje.jsonb.Json;
import java.util.List;

/// A port of a container that is to be published, as it is stored: `80/tcp`, an address of the host or none, and a
/// port of the host, a range of them, or none.
@Json
public record PortWish(
        @Json.Property("Container") String container,
        @Json.Property("HostIp") String hostIp,
        @Json.Property("HostPort") String hostPort) {
    public PortWish {
        PortRequest.of(ContainerPort.parse(container), hostIp, hostPort);
    }

    public List<PortRequest> requests() {
        return PortRequest.of(ContainerPort.parse(container), hostIp, hostPort);
    }
}
