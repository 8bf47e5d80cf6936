package dev.gantry.maven;

import dev.gantry.images.archive.ArchiveWriter;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;

/// Writes the image as an archive that `gantry load`, `docker load` and readers of OCI layouts take.
public final class BuildGoal extends ImageGoal {
    @Override
    void deliver(Ready ready) throws IOException {
        var item = new ArchiveWriter.Item(
                ready.made().manifest(), ready.made().manifest(), ready.made().document(), List.of(ready.name()));
        Path archive = ready.archive();
        Path beside = archive.resolveSibling(archive.getFileName() + ".part");
        try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(beside), 1 << 18)) {
            new ArchiveWriter(ready.content()).write(List.of(item), out);
        }
        Files.move(beside, archive, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
        getLog().info("written to " + archive);
    }
}
