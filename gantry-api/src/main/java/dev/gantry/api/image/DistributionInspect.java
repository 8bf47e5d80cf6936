package dev.gantry.api.image;

import dev.gantry.api.json.Absent;
import io.avaje.jsonb.Json;
import java.util.List;

/// An image as its registry has it.
@Json
public record DistributionInspect(
        @Json.Property("Descriptor") RemoteDescriptor descriptor,
        @Json.Property("Platforms") List<PlatformSpec> platforms) {
    public DistributionInspect {
        platforms = Absent.list(platforms);
    }
}
