package dev.gantry.api.container;

import dev.gantry.api.json.Absent;
import io.avaje.jsonb.Json;
import java.util.List;
import java.util.Map;

/// The body of `POST /containers/{id}/ports`, which is our own: ports to publish, and ports to take back, by the port
/// of the container. An address or a port of the host that is empty is any.
@Json
public record PortsUpdate(
        @Json.Property("Add") Map<String, List<PortBinding>> add,
        @Json.Property("Remove") Map<String, List<PortBinding>> remove) {
    public PortsUpdate {
        add = Absent.map(add);
        remove = Absent.map(remove);
    }
}
