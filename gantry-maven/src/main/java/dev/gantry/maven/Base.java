package dev.gantry.maven;

import dev.gantry.base.Platform;
import dev.gantry.images.document.Descriptor;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// The image below: what its layers are, and all of its configuration.
record Base(Map<String, Object> config, List<Descriptor> layers) {
    /// Nothing.
    static Base scratch() {
        Platform here = Platform.host();
        Map<String, Object> config = new TreeMap<>();
        config.put("architecture", here.architecture());
        config.put("os", here.os());
        config.put("created", "1980-01-01T00:00:00Z");
        return new Base(config, List.of());
    }
}
