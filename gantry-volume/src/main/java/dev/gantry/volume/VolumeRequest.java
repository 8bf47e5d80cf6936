package dev.gantry.volume;

import java.util.Map;

/// What a new volume shall be. An empty name is chosen by the store, and the volume is anonymous.
/// `options` are those of its driver: of [LocalOptions] for `local`. An empty driver is that of the volume
/// that is there, or `local`.
public record VolumeRequest(String name, Map<String, String> labels, Map<String, String> options, String driver) {
    public VolumeRequest {
        labels = Map.copyOf(labels);
        options = Map.copyOf(options);
    }

    /// In the store itself.
    public VolumeRequest(String name, Map<String, String> labels, Map<String, String> options) {
        this(name, labels, options, "");
    }

    public static VolumeRequest named(String name) {
        return new VolumeRequest(name, Map.of(), Map.of());
    }
}
