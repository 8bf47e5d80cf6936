package dev.gantry.api.container;

import dev.gantry.api.json.Absent;
import io.avaje.jsonb.Json;
import java.util.List;

/// The processes of a container.
@Json
public record TopResponse(
        @Json.Property("Titles") List<String> titles,
        @Json.Property("Processes") List<List<String>> processes) {
    public TopResponse {
        titles = Absent.list(titles);
        processes = Absent.list(processes);
    }
}
