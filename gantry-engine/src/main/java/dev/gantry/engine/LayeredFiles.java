package dev.gantry.engine;

import dev.gantry.engine.container.RootFiles;
import dev.gantry.images.snapshot.LayeredRoot;
import dev.gantry.images.snapshot.RootFs;
import dev.gantry.linux.Linux;
import dev.gantry.linux.SlowCalls;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;

/// Reads a file as the overlay will show it; nothing is mounted, and no link leads out.
final class LayeredFiles implements RootFiles {
    private static final int LARGEST = 4 << 20;

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final int MOST_SLOW = 16;

    private final Linux linux;
    private final Path kept;
    private final SlowCalls directories = new SlowCalls(MOST_SLOW);

    /// @param kept where layers are; what lies elsewhere is a directory of the host, on whatever file system
    LayeredFiles(Linux linux, Path kept) {
        this.linux = linux;
        this.kept = kept;
    }

    @Override
    public String read(RootFs root, String path) {
        Path top = root.layers().getLast();
        return top.startsWith(kept)
                ? look(root, path)
                : directories.callAt(linux, "read " + path + " in " + top, top, PATIENCE, () -> look(root, path));
    }

    private String look(RootFs root, String path) {
        try (LayeredRoot layers = LayeredRoot.open(linux, root)) {
            return layers.read(path, LARGEST)
                    .map(bytes -> new String(bytes, StandardCharsets.UTF_8))
                    .orElse("");
        }
    }
}
