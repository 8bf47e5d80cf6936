package dev.gantry.images.document;

import dev.gantry.base.Digest;
import dev.gantry.base.Platform;
import java.util.List;
import java.util.Map;

/// A typed pointer to a blob. OCI image-spec 1.1 §descriptor. `platforms` holds one or none.
public record Descriptor(
        String mediaType, Digest digest, long size, List<Platform> platforms, Map<String, String> annotations) {
    public Descriptor {
        platforms = List.copyOf(platforms);
        annotations = Map.copyOf(annotations);
    }

    public static Descriptor of(String mediaType, Digest digest, long size) {
        return new Descriptor(mediaType, digest, size, List.of(), Map.of());
    }
}
