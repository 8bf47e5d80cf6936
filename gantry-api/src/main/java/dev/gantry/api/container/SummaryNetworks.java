package dev.gantry.api.container;

import dev.gantry.api.json.Absent;
import dev.gantry.api.network.EndpointSettings;
import io.avaje.jsonb.Json;
import java.util.Map;

/// The networks which a listing shows.
@Json
public record SummaryNetworks(@Json.Property("Networks") Map<String, EndpointSettings> networks) {
    public SummaryNetworks {
        networks = Absent.map(networks);
    }
}
