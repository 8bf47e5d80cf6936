package dev.gantry.images.registry;

/// A repository that an index has found.
public record FoundImage(String name, String description, int stars, boolean official) {}
