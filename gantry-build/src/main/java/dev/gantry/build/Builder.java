package dev.gantry.build;

import dev.gantry.base.InvalidArgument;
import dev.gantry.base.NotFound;
import dev.gantry.base.Platform;
import dev.gantry.base.Unavailable;
import dev.gantry.base.path.IgnoreFile;
import dev.gantry.build.context.Finding;
import dev.gantry.build.context.SourceTree;
import dev.gantry.build.context.SpooledTree;
import dev.gantry.build.frontend.Bases;
import dev.gantry.build.frontend.Context;
import dev.gantry.build.frontend.DockerfileFrontend;
import dev.gantry.build.frontend.Planned;
import dev.gantry.build.frontend.Wishes;
import dev.gantry.build.graph.Op;
import dev.gantry.build.solve.Asked;
import dev.gantry.build.solve.Cache;
import dev.gantry.build.solve.Result;
import dev.gantry.build.solve.Solve;
import dev.gantry.build.solve.Solver;
import dev.gantry.build.work.CacheMounts;
import dev.gantry.build.work.EngineWork;
import dev.gantry.build.work.ExecWork;
import dev.gantry.build.work.ImageWork;
import dev.gantry.engine.Gantry;
import dev.gantry.engine.container.ContainerSpec;
import dev.gantry.images.image.Image;
import dev.gantry.images.image.Layers;
import dev.gantry.linux.Fd;
import dev.gantry.linux.Linux;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/// Builds images on one engine, any number at a time.
///
/// ```java
/// try (Builder builder = Builder.open(engine, usual, Clock.systemUTC(), random)) {
///     Image image = builder.build(request, listener);
/// }
/// ```
public final class Builder implements AutoCloseable {
    /// The name of the directory that a build is of.
    private static final String CONTEXT = "context";

    private static final int LARGEST_DOCKERFILE = 1 << 20;
    private static final long CACHE_BYTES = 20L << 30;
    private static final int PARALLEL = Math.max(2, Runtime.getRuntime().availableProcessors());

    private final Gantry engine;
    private final Linux linux;
    private final Fd spool;
    private final CacheMounts mounts;
    private final Cache cache;
    private final ImageWork images;
    private final Solver solver;

    private Builder(Gantry engine, Supplier<ContainerSpec> usual, Clock clock, RandomGenerator random) {
        this.engine = engine;
        this.linux = Linux.host();
        Path root = directory(engine.options().dataRoot().resolve("build"));
        Path secrets = directory(engine.options().runRoot().resolve("b"));
        this.spool =
                linux.files().openDirectory(directory(root.resolve("spool")).toString());
        this.mounts = new CacheMounts(linux, directory(root.resolve("mounts")));
        Layers layers = engine.images().layers();
        this.cache = new Cache(linux, directory(root.resolve("cache")), layers, clock, CACHE_BYTES);
        this.images = new ImageWork(engine.images());
        this.solver = new Solver(
                EngineWork.on(engine, images, mounts, secrets, random, usual), cache, layers, clock, PARALLEL);
    }

    /// What builds of an engine before this one have left is taken away first.
    ///
    /// @param usual a container that asks for nothing, as this engine makes it now: what a step is like
    public static Builder open(Gantry engine, Supplier<ContainerSpec> usual, Clock clock, RandomGenerator random) {
        ExecWork.removeLeft(engine);
        return new Builder(engine, usual, clock, random);
    }

    private static Path directory(Path path) {
        try {
            Files.createDirectories(path);
            Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwx------"));
            return path;
        } catch (IOException e) {
            throw new Unavailable("open the builder", "cannot make " + path, "look at the data root", e);
        }
    }

    /// A place for the files of one build.
    public SpooledTree files() {
        return SpooledTree.in(linux, spool, true);
    }

    /// Returns the image when it is there with all its names. Interrupting the thread cancels the build.
    public Image build(BuildRequest request, BuildListener listener) throws InterruptedException {
        var asked = new Asked(
                Map.of(CONTEXT, request.context()),
                Map.of(),
                request.credentials(),
                Optional.empty(),
                request.noCache());
        boolean handed = false;
        try (Layers.Hold hold = engine.images().layers().hold()) {
            Planned planned = plan(request, asked, hold);
            Asked timed = new Asked(
                    asked.sources(), asked.secrets(), asked.credentials(), planned.time(), asked.ignoreCache());
            listener.planned(Solver.order(planned.image().root()), planned.findings());
            Solve solve = solver.begin(timed, listener);
            handed = true;
            try {
                return image(request, planned, solve);
            } finally {
                solve.closeThen(request.context()::close); // steps may still read it
            }
        } finally {
            if (!handed) {
                request.context().close();
            }
        }
    }

    private Planned plan(BuildRequest request, Asked asked, Layers.Hold hold) {
        SourceTree context = request.context();
        String text = text(context, request.dockerfile())
                .orElseThrow(() -> new NotFound(
                        "build",
                        "Cannot locate specified Dockerfile: " + request.dockerfile(),
                        "send it with the context, or name another with --file"));
        List<String> ignored = IgnoreFile.names(request.dockerfile()).stream()
                .flatMap(name -> text(context, name).stream())
                .findFirst()
                .map(IgnoreFile::read)
                .orElse(List.of());
        Wishes wishes = Wishes.on(request.platform())
                .buildPlatform(Platform.host())
                .target(request.target())
                .arguments(request.arguments())
                .labels(request.labels())
                .context(new Context.Local(CONTEXT, ignored))
                .pull(request.pull())
                .noCache(request.noCache())
                .network(request.network())
                .hosts(request.hosts())
                .limits(request.limits())
                .build();
        return DockerfileFrontend.plan(text, wishes, bases(asked, hold));
    }

    private Bases bases(Asked asked, Layers.Hold hold) {
        return (String reference, Platform platform, Op.Pull pull) -> {
            Layers.Base base = images.base(reference, platform, pull, asked, hold);
            // By its content from here on: a name may mean another image a moment later.
            return new Bases.Base(base.id().digest().toString(), platform, base.config());
        };
    }

    private static Optional<String> text(SourceTree tree, String path) {
        var finding = new Finding(tree);
        Optional<String> real = finding.real(path, true);
        try {
            return real.isEmpty()
                    ? Optional.empty()
                    : Optional.of(new String(tree.read(real.get(), LARGEST_DOCKERFILE), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new InvalidArgument("read " + path, String.valueOf(e.getMessage()), "send it again", e);
        }
    }

    private Image image(BuildRequest request, Planned planned, Solve solve) throws InterruptedException {
        if (!(solve.of(planned.image().root()) instanceof Result.Root root)) {
            throw new InvalidArgument("make an image", "it has no root but a directory", "begin with FROM");
        }
        Instant time = planned.time().orElse(root.time());
        return engine.images()
                .layers()
                .compose(ImageDocument.of(planned.image(), time), root.layers(), request.names());
    }

    public List<Cache.Row> cached() {
        return cache.rows();
    }

    /// See [Cache#prune]; directories that stay from build to build go when nothing is to be left.
    public Cache.Pruned prune(long most, Instant before) {
        Cache.Pruned pruned = cache.prune(most, before);
        if (most == 0 && before.equals(Instant.MAX)) {
            mounts.prune();
        }
        engine.images().collectGarbage();
        return pruned;
    }

    @Override
    public void close() {
        cache.close();
        mounts.close();
        spool.close();
    }
}
