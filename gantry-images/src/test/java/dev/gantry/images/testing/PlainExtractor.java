package dev.gantry.images.testing;

import dev.gantry.images.layer.LayerExtractor;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;

/// Files and directories of trusted test layers.
public final class PlainExtractor implements LayerExtractor {
    @Override
    public long extract(InputStream tar, Path directory, String name, Consumer<String> implied) throws IOException {
        long bytes = 0;
        var entries = new TarArchiveInputStream(tar);
        for (TarArchiveEntry entry = entries.getNextEntry(); entry != null; entry = entries.getNextEntry()) {
            Path path = directory.resolve(entry.getName());
            if (entry.isDirectory()) {
                Files.createDirectories(path);
            } else {
                Files.createDirectories(path.getParent());
                bytes += Files.copy(entries, path);
            }
        }
        return bytes;
    }
}
