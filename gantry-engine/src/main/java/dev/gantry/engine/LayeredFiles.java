package dev.gantry.engine;

import dev.gantry.engine.container.RootFiles;
import dev.gantry.images.snapshot.LayeredRoot;
import dev.gantry.images.snapshot.RootFs;
import dev.gantry.linux.Linux;
import java.nio.charset.StandardCharsets;

/// Reads a file as the overlay will show it; nothing is mounted, and no link leads out.
final class LayeredFiles implements RootFiles {
    private static final int LARGEST = 4 << 20;

    private final Linux linux;

    LayeredFiles(Linux linux) {
        this.linux = linux;
    }

    @Override
    public String read(RootFs root, String path) {
        try (LayeredRoot layers = LayeredRoot.open(linux, root)) {
            return layers.read(path, LARGEST)
                    .map(bytes -> new String(bytes, StandardCharsets.UTF_8))
                    .orElse("");
        }
    }
}
