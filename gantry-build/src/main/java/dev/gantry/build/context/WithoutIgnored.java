package dev.gantry.build.context;

import dev.gantry.base.path.Patterns;
import dev.gantry.linux.Fd;
import dev.gantry.linux.FileType;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Optional;

/// A tree without what a `.dockerignore` names.
///
/// @param owned whether the tree is closed with it; else whoever has it closes it
public record WithoutIgnored(SourceTree tree, Patterns ignored, boolean owned) implements SourceTree {
    public WithoutIgnored(SourceTree tree, Patterns ignored) {
        this(tree, ignored, false);
    }

    @Override
    public Optional<Node> find(String path) {
        return tree.find(path).filter(node -> path.isEmpty() || seen(path, node));
    }

    private boolean seen(String path, Node node) {
        return !ignored.matches(path) || (node.type() == FileType.DIRECTORY && ignored.mayDifferBelow(path));
    }

    @Override
    public List<String> names(String directory) {
        return tree.names(directory).stream()
                .filter(name -> find(Finding.below(directory, name)).isPresent())
                .toList();
    }

    @Override
    public void copy(String path, Fd to) throws IOException {
        tree.copy(path, to);
    }

    @Override
    public InputStream open(String path) {
        return tree.open(path);
    }

    @Override
    public byte[] read(String path, int most) throws IOException {
        return tree.read(path, most);
    }

    @Override
    public String digest(String path) throws IOException {
        return tree.digest(path);
    }

    @Override
    public boolean timesAreChance() {
        return tree.timesAreChance();
    }

    @Override
    public void close() {
        if (owned) {
            tree.close();
        }
    }
}
