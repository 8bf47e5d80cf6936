package dev.gantry.docker.image;

import dev.gantry.api.image.PlatformSpec;
import dev.gantry.api.json.Wire;
import dev.gantry.base.JsonText;
import dev.gantry.base.Platform;
import dev.gantry.docker.route.DockerError;
import io.avaje.json.JsonException;

/// A platform as queries have it: `linux/arm64/v8`, or from API 1.46 on the JSON of an OCI platform.
public final class PlatformText {
    private PlatformText() {}

    public static Platform parse(String text) {
        if (!text.startsWith("{")) {
            return Platform.parse(text);
        }
        try {
            PlatformSpec spec = Wire.json().type(PlatformSpec.class).fromJson(JsonText.readable(text));
            String variant = spec.variant() == null ? "" : "/" + spec.variant();
            return Platform.parse(spec.os() + "/" + spec.architecture() + variant);
        } catch (JsonException | IllegalStateException | IndexOutOfBoundsException e) {
            throw new DockerError(400, "failed to parse platform: " + e.getMessage(), e);
        }
    }
}
