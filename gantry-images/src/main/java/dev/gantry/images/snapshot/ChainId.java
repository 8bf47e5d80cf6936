package dev.gantry.images.snapshot;

import dev.gantry.base.Digest;

/// The identity of a stack of layers. OCI image-spec 1.1 §config "Layer ChainID".
public record ChainId(Digest digest) {}
