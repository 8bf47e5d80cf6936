package dev.gantry.api.image;

import dev.gantry.api.json.Absent;
import io.avaje.jsonb.Json;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The layers of an image, lowest first.
@Json
public record RootFs(
        @Json.Property("Type") String type,
        @Json.Property("Layers") @Nullable List<String> layers) {
    public RootFs {
        type = Absent.text(type);
    }
}
