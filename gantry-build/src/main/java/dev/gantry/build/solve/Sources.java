package dev.gantry.build.solve;

import dev.gantry.base.NotFound;
import dev.gantry.build.context.SourceTree;
import dev.gantry.build.graph.Op;
import java.util.Map;

/// The directories of whoever asked for a build.
@FunctionalInterface
public interface Sources {
    Sources NONE = of(Map.of());

    /// Its files, as far as they are wanted; more does no harm. Whoever gives them closes them, after the build.
    SourceTree get(Op.LocalSource wanted) throws InterruptedException;

    /// Those that came with the build, by their names.
    static Sources of(Map<String, SourceTree> trees) {
        Map<String, SourceTree> all = Map.copyOf(trees);
        return wanted -> {
            SourceTree tree = all.get(wanted.name());
            if (tree == null) {
                throw new NotFound(
                        "use the directory " + wanted.name(),
                        "it did not come with the build",
                        "send it with the build");
            }
            return tree;
        };
    }
}
