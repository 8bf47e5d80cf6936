package dev.gantry.api.json;

/// The object without fields, which Docker's sets have as their values.
public record Empty() {}
