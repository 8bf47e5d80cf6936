package dev.gantry.api.system;

import dev.gantry.api.container.ContainerSummary;
import dev.gantry.api.image.ImageSummary;
import dev.gantry.api.json.Absent;
import dev.gantry.api.volume.Volume;
import io.avaje.jsonb.Json;
import java.util.List;

/// The answer of `GET /system/df`. Sizes are bytes.
@Json
public record DiskUsage(
        @Json.Property("LayersSize") long layersSize,
        @Json.Property("Images") List<ImageSummary> images,
        @Json.Property("Containers") List<ContainerSummary> containers,
        @Json.Property("Volumes") List<Volume> volumes,
        @Json.Property("BuildCache") List<BuildCache> buildCache) {
    public DiskUsage {
        images = Absent.list(images);
        containers = Absent.list(containers);
        volumes = Absent.list(volumes);
        buildCache = Absent.list(buildCache);
    }
}
