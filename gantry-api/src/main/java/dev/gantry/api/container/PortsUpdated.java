package dev.gantry.api.container;

import dev.gantry.api.json.Absent;
import io.avaje.jsonb.Json;
import java.util.List;
import java.util.Map;

/// Where the ports of a container are published now, as inspect has them.
@Json
public record PortsUpdated(@Json.Property("Ports") Map<String, List<PortBinding>> ports) {
    public PortsUpdated {
        ports = Absent.map(ports);
    }
}
