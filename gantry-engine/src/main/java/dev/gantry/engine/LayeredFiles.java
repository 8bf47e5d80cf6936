package dev.gantry.engine;

import dev.gantry.engine.container.RootFiles;
import dev.gantry.images.snapshot.RootFs;
import dev.gantry.linux.Fd;
import dev.gantry.linux.FileType;
import dev.gantry.linux.Linux;
import dev.gantry.linux.LinuxError;
import dev.gantry.linux.OpenFlags;
import dev.gantry.linux.Resolve;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Reads a file as the overlay will show it, layer by layer from the top; nothing is mounted, and no link leads out.
final class LayeredFiles implements RootFiles {
    private static final int LARGEST = 4 << 20;

    private final Linux linux;

    LayeredFiles(Linux linux) {
        this.linux = linux;
    }

    @Override
    public String read(RootFs root, String path) {
        List<Path> layers = new ArrayList<>();
        layers.add(root.upper());
        layers.addAll(root.lowers());
        for (Path layer : layers) {
            try (Fd directory = linux.files().openDirectory(layer.toString());
                    Fd file = linux.files()
                            .open(directory, path, OpenFlags.READ | OpenFlags.NON_BLOCKING, 0, Resolve.IN_ROOT)) {
                boolean regular = linux.attributes().stat(file).type() == FileType.REGULAR;
                // Anything else hides what lies below: a character device is a whiteout.
                return regular ? new String(linux.files().readAll(file, LARGEST), StandardCharsets.UTF_8) : "";
            } catch (LinuxError e) {
                // Not in this layer.
            }
        }
        return "";
    }
}
