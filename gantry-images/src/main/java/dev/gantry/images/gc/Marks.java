package dev.gantry.images.gc;

import dev.gantry.base.Digest;
import dev.gantry.images.snapshot.ChainId;

/// Hears what something reaches.
public interface Marks {
    void blob(Digest digest);

    void layer(ChainId chain);
}
