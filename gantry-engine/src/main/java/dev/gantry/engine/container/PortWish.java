package dev.gantry.engine.container;

import dev.gantry.network.port.ContainerPort;
import dev.gantry.network.port.PortRequest;
import dev.gantry.network.port.PublishedPort;
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

    /// Whether this, with an address or a port that is empty for any, names that one.
    public boolean covers(PublishedPort other) {
        return requests().stream()
                .anyMatch(r -> r.container().equals(other.container())
                        && (hostIp.isEmpty() || other.hostIp().equals(r.hostIp()))
                        && (hostPort.isEmpty() || r.hostPorts().contains(other.hostPort())));
    }

    /// The same for one that need not be published yet.
    public boolean covers(PortWish other) {
        boolean port = hostPort.isEmpty()
                || other.requests().stream()
                        .anyMatch(o -> requests().stream()
                                .anyMatch(r ->
                                        o.hostPorts().contains(r.hostPorts().first())));
        return ContainerPort.parse(container).equals(ContainerPort.parse(other.container))
                && (hostIp.isEmpty() || hostIp.equals(other.hostIp))
                && port;
    }

    /// As `-p` has it.
    String text() {
        String address = hostIp.isEmpty() ? "" : (hostIp.contains(":") ? "[" + hostIp + "]" : hostIp) + ":";
        return address + (hostPort.isEmpty() && address.isEmpty() ? "" : hostPort + ":") + container;
    }

    public List<PortRequest> requests() {
        return PortRequest.of(ContainerPort.parse(container), hostIp, hostPort);
    }
}
