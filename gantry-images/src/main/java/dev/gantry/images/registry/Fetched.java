package dev.gantry.images.registry;

import dev.gantry.base.Digest;

/// A manifest or index as the registry sent it: the bytes, verified against `digest`, and the type it
/// stated.
public record Fetched(byte[] bytes, String mediaType, Digest digest) {}
