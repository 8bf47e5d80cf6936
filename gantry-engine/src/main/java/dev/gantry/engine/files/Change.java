package dev.gantry.engine.files;

/// What a container has done to a path of its image.
public record Change(String path, Kind kind) {
    public enum Kind {
        MODIFIED,
        ADDED,
        DELETED
    }
}
