package dev.gantry.build.work;

import dev.gantry.base.Digest;
import dev.gantry.base.Unsupported;
import dev.gantry.base.path.Patterns;
import dev.gantry.build.context.SourceTree;
import dev.gantry.build.context.WithoutIgnored;
import dev.gantry.build.fetch.Fetches;
import dev.gantry.build.graph.Op;
import dev.gantry.build.graph.Vertex;
import dev.gantry.build.secret.Needles;
import dev.gantry.build.secret.SecretSearch;
import dev.gantry.build.solve.Asked;
import dev.gantry.build.solve.Result;
import dev.gantry.build.solve.Work;
import dev.gantry.engine.Gantry;
import dev.gantry.engine.container.ContainerSpec;
import dev.gantry.images.image.Layers;
import dev.gantry.linux.Fd;
import dev.gantry.linux.Linux;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/// All that a graph can say, done on this engine.
public final class EngineWork implements Work {
    private final Roots roots;
    private final ImageWork images;
    private final Fetches fetches;
    private final EditWork edits;
    private final ExecWork execs;

    /// @param secrets a directory in memory
    /// @param usual a container that asks for nothing, as this engine makes it now
    public static EngineWork on(
            Gantry engine,
            ImageWork images,
            CacheMounts mounts,
            Fetches fetches,
            Path secrets,
            RandomGenerator random,
            Supplier<ContainerSpec> usual) {
        var roots = new Roots(Linux.host(), engine.images(), random);
        return new EngineWork(
                roots,
                images,
                fetches,
                new EditWork(roots),
                new ExecWork(engine, roots, mounts, secrets, random, usual));
    }

    private EngineWork(Roots roots, ImageWork images, Fetches fetches, EditWork edits, ExecWork execs) {
        this.fetches = fetches;
        this.roots = roots;
        this.images = images;
        this.edits = edits;
        this.execs = execs;
    }

    /// The files of a root, to be looked at until it is closed.
    public SourceTree open(Result.Root root) {
        return roots.open(root);
    }

    @Override
    public Optional<Digest> key(Vertex vertex, List<Result> inputs, Asked asked) {
        return switch (vertex.op()) {
            case Op.Edit edit -> Optional.of(EditWork.key(edit, inputs));
            case Op.Exec exec -> Optional.of(ExecWork.key(exec, inputs));
            case Op.ImageSource _, Op.LocalSource _, Op.GitSource _, Op.HttpSource _, Op.Merge _, Op.Diff _ ->
                Optional.empty();
        };
    }

    @Override
    public List<Result> run(Vertex vertex, List<Result> inputs, Asked asked, Means means) throws InterruptedException {
        return switch (vertex.op()) {
            case Op.ImageSource source -> List.of(images.root(source, asked, means.hold()));
            case Op.LocalSource source -> List.of(local(source, asked));
            case Op.Edit edit ->
                List.of(edits.run(
                        edit, root(inputs.getFirst(), asked, means), inputs, means.hold(), check(vertex, asked)));
            case Op.Exec exec -> {
                List<Result.Root> all = new ArrayList<>();
                for (Result input : inputs) {
                    all.add(root(input, asked, means));
                }
                yield List.copyOf(execs.run(vertex, exec, all, asked, check(vertex, asked), means));
            }
            case Op.Merge _ -> List.of(merged(inputs, asked, means));
            case Op.Diff _ -> List.of(difference(root(inputs.get(0), asked, means), root(inputs.get(1), asked, means)));
            case Op.GitSource source -> List.of(fetches.repository(source, asked.lent()));
            case Op.HttpSource source -> {
                SourceTree tree = fetches.file(source);
                yield List.of(new Result.Source(tree, () -> Picks.whole(tree)));
            }
        };
    }

    /// No layer has the value of a secret that this build was given, up to now.
    private static Roots.Check check(Vertex vertex, Asked asked) {
        return files -> {
            Needles needles = Needles.of(asked.lent().given());
            if (!needles.isEmpty()) {
                Linux linux = Linux.host();
                try (Fd written = linux.files().openDirectory(files.own().toString())) {
                    SecretSearch.below(linux, written, needles, vertex.toString());
                }
            }
        };
    }

    /// Looks for secrets in the layers of a root but for these, and throws when there are any.
    public void search(Result.Root root, Set<Layers.Layer> without, Map<String, byte[]> secrets) {
        Needles needles = Needles.of(secrets);
        if (!needles.isEmpty()) {
            roots.each(
                    root, without, layer -> SecretSearch.below(Linux.host(), layer, needles, "the steps of the image"));
        }
    }

    /// Closing it closes nothing: the tree is closed by whoever gave it.
    private static Result.Source local(Op.LocalSource source, Asked asked) throws InterruptedException {
        SourceTree seen = new WithoutIgnored(asked.sources().get(source), Patterns.of(source.exclude()));
        return new Result.Source(seen, () -> Picks.whole(seen));
    }

    private Result.Root root(Result result, Asked asked, Means means) {
        return switch (result) {
            case Result.Root root -> root;
            case Result.Source source ->
                edits.whole(source.tree(), asked.time().orElse(Result.Root.NO_TIME), means.hold());
        };
    }

    private Result.Root merged(List<Result> inputs, Asked asked, Means means) {
        var layers = new ArrayList<Layers.Layer>();
        Result.Root first = root(inputs.getFirst(), asked, means);
        for (Result input : inputs) {
            layers.addAll(root(input, asked, means).layers());
        }
        return new Result.Root(layers, first.time());
    }

    private static Result.Root difference(Result.Root lower, Result.Root upper) {
        int shared = lower.layers().size();
        if (upper.layers().size() < shared || !upper.layers().subList(0, shared).equals(lower.layers())) {
            throw new Unsupported(
                    "make the difference of two trees",
                    "the one is not made of the other, and files are not compared yet",
                    "take the difference to a tree that it was made of");
        }
        return new Result.Root(upper.layers().subList(shared, upper.layers().size()), upper.time());
    }
}
