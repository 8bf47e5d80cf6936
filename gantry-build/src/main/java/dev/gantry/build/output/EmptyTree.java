package dev.gantry.build.output;

import dev.gantry.build.context.SourceTree;
import dev.gantry.linux.Fd;
import dev.gantry.linux.FileType;
import java.io.InputStream;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// A root without any file.
final class EmptyTree implements SourceTree {
    static final EmptyTree TREE = new EmptyTree();

    private EmptyTree() {}

    @Override
    public Optional<Node> find(String path) {
        return path.isEmpty()
                ? Optional.of(new Node(FileType.DIRECTORY, 0755, 0, 0, 0, "", Instant.EPOCH, Map.of(), 0, 0, 0))
                : Optional.empty();
    }

    @Override
    public List<String> names(String directory) {
        return List.of();
    }

    @Override
    public void copy(String path, Fd to) {
        throw absent(path);
    }

    @Override
    public InputStream open(String path) {
        throw absent(path);
    }

    @Override
    public byte[] read(String path, int most) {
        throw absent(path);
    }

    @Override
    public String digest(String path) {
        throw absent(path);
    }

    private static IllegalStateException absent(String path) {
        return new IllegalStateException("there is no " + path + " in an empty tree");
    }

    @Override
    public boolean timesAreChance() {
        return false;
    }

    @Override
    public void close() {}
}
