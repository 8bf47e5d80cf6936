package dev.gantry.images.content;

import dev.gantry.base.Digest;

/// A blob that is complete and verified.
public record Blob(Digest digest, long size) {}
