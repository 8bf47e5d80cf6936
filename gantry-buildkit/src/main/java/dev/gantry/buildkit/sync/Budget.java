package dev.gantry.buildkit.sync;

import dev.gantry.base.InvalidArgument;
import dev.gantry.build.context.SourceTree;
import java.util.Map;
import java.util.function.Function;

/// What the names of a directory may cost in memory.
final class Budget {
    private static final long MOST_NODES = 1_000_000;
    private static final long MOST_BYTES = 64 << 20;

    private long nodes;
    private long bytes;

    /// Fails before anything is kept that goes beyond it.
    void take(String path, SourceTree.Node node, Function<String, InvalidArgument> refusal) {
        if (++nodes > MOST_NODES) {
            throw refusal.apply("there are more than " + MOST_NODES + " files and directories");
        }
        bytes += path.length() + node.link().length();
        for (Map.Entry<String, byte[]> xattr : node.xattrs().entrySet()) {
            bytes += xattr.getKey().length() + xattr.getValue().length;
        }
        if (bytes > MOST_BYTES) {
            throw refusal.apply("paths, links and attributes together have more than " + MOST_BYTES + " bytes");
        }
    }
}
