package dev.gantry.images.snapshot;

import java.nio.file.Path;
import java.util.List;

/// What the root of one container is made of: an overlay of `lowers` (topmost first) under `upper`.
public record RootFs(List<Path> lowers, Path upper, Path work) {
    public RootFs {
        lowers = List.copyOf(lowers);
    }
}
