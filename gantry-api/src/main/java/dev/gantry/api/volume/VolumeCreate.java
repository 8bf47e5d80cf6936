package dev.gantry.api.volume;

import dev.gantry.api.json.Absent;
import io.avaje.jsonb.Json;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The body of `POST /volumes/create`. `ClusterVolumeSpec` is read to be refused.
@Json
public record VolumeCreate(
        @Json.Property("Name") String name,
        @Json.Property("Driver") String driver,
        @Json.Property("DriverOpts") Map<String, String> driverOpts,
        @Json.Property("Labels") Map<String, String> labels,
        @Json.Property("ClusterVolumeSpec") @Nullable Object clusterVolumeSpec) {
    public static final VolumeCreate NOTHING = new VolumeCreate("", "", Map.of(), Map.of(), null);

    public VolumeCreate {
        name = Absent.text(name);
        driver = Absent.text(driver);
        driverOpts = Absent.map(driverOpts);
        labels = Absent.map(labels);
    }
}
