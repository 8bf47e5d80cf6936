package dev.gantry.api.container;

import dev.gantry.api.json.Absent;
import io.avaje.jsonb.Json;
import org.jspecify.annotations.Nullable;

/// A mount of a container, as inspect shows it.
@Json
public record MountPoint(
        @Json.Property("Type") @Nullable String type,
        @Json.Property("Name") @Nullable String name,
        @Json.Property("Source") String source,
        @Json.Property("Destination") String destination,
        @Json.Property("Driver") @Nullable String driver,
        @Json.Property("Mode") String mode,
        @Json.Property("RW") boolean rw,
        @Json.Property("Propagation") String propagation) {
    public MountPoint {
        source = Absent.text(source);
        destination = Absent.text(destination);
        mode = Absent.text(mode);
        propagation = Absent.text(propagation);
    }
}
