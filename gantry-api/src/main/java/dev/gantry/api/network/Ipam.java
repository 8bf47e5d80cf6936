package dev.gantry.api.network;

import dev.gantry.api.json.Absent;
import dev.gantry.api.json.LabelsOrNull;
import io.avaje.jsonb.Json;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// How a network gives addresses.
@Json
public record Ipam(
        @Json.Property("Driver") String driver,

        @Json.Property("Options") @Json.Serializer(LabelsOrNull.class) @Nullable
        Map<String, String> options,

        @Json.Property("Config") List<IpamConfig> config) {
    public Ipam {
        driver = Absent.text(driver);
        config = Absent.list(config);
    }
}
