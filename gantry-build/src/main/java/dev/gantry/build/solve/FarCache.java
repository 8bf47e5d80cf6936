package dev.gantry.build.solve;

import dev.gantry.base.Digest;
import dev.gantry.images.image.Layers;
import java.util.List;
import java.util.Optional;

/// A cache elsewhere, which may know what a vertex makes.
@FunctionalInterface
public interface FarCache {
    /// What it knows by this key, all of it brought here and held; empty when it knows nothing, or cannot bring it.
    Optional<List<Result.Root>> find(Digest key, Layers.Hold hold);
}
