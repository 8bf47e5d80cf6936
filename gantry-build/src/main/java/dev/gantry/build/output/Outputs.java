package dev.gantry.build.output;

import dev.gantry.base.InvalidArgument;
import dev.gantry.base.Reference;
import dev.gantry.base.Unavailable;
import dev.gantry.build.context.SourceTree;
import dev.gantry.build.solve.Result;
import dev.gantry.build.work.TreeCopy;
import dev.gantry.images.archive.ArchiveForm;
import dev.gantry.images.image.Image;
import dev.gantry.images.image.Layers;
import dev.gantry.linux.Fd;
import dev.gantry.linux.Linux;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/// What results of builds can become. Each method is to be called while the result is held, as by the
/// [dev.gantry.build.solve.Solve] that made it.
public final class Outputs {
    private final Linux linux;
    private final Layers layers;
    private final Function<Result.Root, SourceTree> opening;

    /// @param opening looks at the files of a root until what it gives is closed
    public Outputs(Linux linux, Layers layers, Function<Result.Root, SourceTree> opening) {
        this.linux = linux;
        this.layers = layers;
        this.opening = opening;
    }

    /// An image of this engine.
    ///
    /// @param config whole but for what it says of layers
    public Image store(Map<String, Object> config, Result result, List<Reference.Tagged> names) {
        return layers.compose(config, root(result).layers(), names);
    }

    /// An archive of an image that this engine does not keep.
    ///
    /// @param config whole but for what it says of layers
    public void archive(
            Map<String, Object> config,
            Result result,
            List<Reference.Tagged> names,
            ArchiveForm form,
            OutputStream out) {
        layers.archive(config, root(result).layers(), names, form, out);
    }

    /// All files as a tar. The stream stays open.
    public void tar(Result result, OutputStream out) {
        with(result, tree -> TreeArchive.write(tree, out));
    }

    /// All files below an open directory, over those that are there; nothing is written elsewhere.
    public void local(Result result, Fd directory) {
        with(result, tree -> TreeCopy.into(linux, tree, directory));
    }

    /// Looks at the files.
    @FunctionalInterface
    public interface Looking {
        void at(SourceTree tree) throws IOException;
    }

    public void with(Result result, Looking looking) {
        try {
            switch (result) {
                case Result.Source source -> looking.at(source.tree());
                case Result.Root root when root.layers().isEmpty() -> looking.at(EmptyTree.TREE);
                case Result.Root root -> {
                    try (SourceTree tree = opening.apply(root)) {
                        looking.at(tree);
                    }
                }
            }
        } catch (IOException e) {
            throw new Unavailable(
                    "write what was built", String.valueOf(e.getMessage()), "look at the disk or the pipe", e);
        }
    }

    private static Result.Root root(Result result) {
        if (result instanceof Result.Root root) {
            return root;
        }
        throw new InvalidArgument("make an image", "it has no root but a directory", "begin with FROM");
    }
}
