package dev.gantry.volume;

import java.util.Map;

/// What a new volume shall be. An empty name is chosen by the store, and the volume is anonymous.
/// `options` are those of [LocalOptions].
public record VolumeRequest(String name, Map<String, String> labels, Map<String, String> options) {
    public VolumeRequest {
        labels = Map.copyOf(labels);
        options = Map.copyOf(options);
    }

    public static VolumeRequest named(String name) {
        return new VolumeRequest(name, Map.of(), Map.of());
    }
}
