package dev.gantry.engine.container;

import dev.gantry.images.snapshot.RootFs;

/// Reads small text files out of a container's root without mounting it.
@FunctionalInterface
public interface RootFiles {
    /// The text of the file at `path`, which is relative to the root; empty when there is none.
    String read(RootFs root, String path);
}
