package dev.gantry.build.context;

import dev.gantry.linux.Fd;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// A tree that is made when somebody looks at it, and never if nobody does.
public final class LaterTree implements SourceTree {
    private final Supplier<SourceTree> making;
    private final boolean chance;

    // The lock of this guards what follows.

    private @Nullable SourceTree made;
    private boolean closed;

    public LaterTree(boolean timesAreChance, Supplier<SourceTree> making) {
        this.making = making;
        this.chance = timesAreChance;
    }

    private synchronized SourceTree tree() {
        if (closed) {
            throw new IllegalStateException("the tree is closed");
        }
        SourceTree tree = made;
        if (tree == null) {
            tree = making.get();
            made = tree;
        }
        return tree;
    }

    @Override
    public Optional<Node> find(String path) {
        return tree().find(path);
    }

    @Override
    public List<String> names(String directory) {
        return tree().names(directory);
    }

    @Override
    public void copy(String path, Fd to) throws IOException {
        tree().copy(path, to);
    }

    @Override
    public InputStream open(String path) {
        return tree().open(path);
    }

    @Override
    public byte[] read(String path, int most) throws IOException {
        return tree().read(path, most);
    }

    @Override
    public String digest(String path) throws IOException {
        return tree().digest(path);
    }

    @Override
    public boolean timesAreChance() {
        return chance;
    }

    @Override
    public synchronized void close() {
        closed = true;
        if (made != null) {
            made.close();
        }
    }
}
