package dev.gantry.maven;

import dev.gantry.base.Unavailable;
import dev.gantry.java.ProjectFiles;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/// Files of the process that runs Maven.
final class PathFiles implements ProjectFiles {
    @Override
    public boolean isFile(String path) {
        return Files.isRegularFile(Path.of(path));
    }

    @Override
    public List<String> names(String directory) {
        Path path = Path.of(directory);
        if (!Files.isDirectory(path)) {
            return List.of();
        }
        try (Stream<Path> entries = Files.list(path)) {
            return entries.map(e -> String.valueOf(e.getFileName())).toList();
        } catch (IOException e) {
            throw failed(directory, e);
        }
    }

    @Override
    public long size(String path) {
        try {
            return Files.size(Path.of(path));
        } catch (IOException e) {
            throw failed(path, e);
        }
    }

    @Override
    public InputStream open(String path) {
        try {
            return Files.newInputStream(Path.of(path));
        } catch (IOException e) {
            throw failed(path, e);
        }
    }

    private static Unavailable failed(String path, IOException e) {
        return new Unavailable("read " + path, String.valueOf(e.getMessage()), "check the path and the disk", e);
    }
}
