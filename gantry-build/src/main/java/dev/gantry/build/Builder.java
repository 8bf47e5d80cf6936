package dev.gantry.build;

import dev.gantry.base.GantryException;
import dev.gantry.base.InvalidArgument;
import dev.gantry.base.NotFound;
import dev.gantry.base.Platform;
import dev.gantry.base.Reference;
import dev.gantry.base.Unavailable;
import dev.gantry.base.Unsupported;
import dev.gantry.base.path.IgnoreFile;
import dev.gantry.build.context.Finding;
import dev.gantry.build.context.SourceTree;
import dev.gantry.build.context.SpooledTree;
import dev.gantry.build.fetch.Fetches;
import dev.gantry.build.frontend.Context;
import dev.gantry.build.frontend.DockerfileFrontend;
import dev.gantry.build.frontend.GitUrl;
import dev.gantry.build.frontend.Wishes;
import dev.gantry.build.graph.Note;
import dev.gantry.build.graph.PlanText;
import dev.gantry.build.graph.Vertex;
import dev.gantry.build.output.Made;
import dev.gantry.build.output.Outputs;
import dev.gantry.build.share.RegistryCaches;
import dev.gantry.build.shelf.Besides;
import dev.gantry.build.shelf.Shelf;
import dev.gantry.build.solve.Asked;
import dev.gantry.build.solve.Cache;
import dev.gantry.build.solve.FarCache;
import dev.gantry.build.solve.Lent;
import dev.gantry.build.solve.Solver;
import dev.gantry.build.solve.Sources;
import dev.gantry.build.work.CacheMounts;
import dev.gantry.build.work.EngineWork;
import dev.gantry.build.work.ExecWork;
import dev.gantry.build.work.ImageWork;
import dev.gantry.engine.Gantry;
import dev.gantry.engine.container.ContainerSpec;
import dev.gantry.images.image.Image;
import dev.gantry.images.image.Layers;
import dev.gantry.images.registry.Credentials;
import dev.gantry.linux.Fd;
import dev.gantry.linux.Linux;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Builds images on one engine, any number at a time.
///
/// ```java
/// try (Builder builder = Builder.open(engine, usual, Clock.systemUTC(), random)) {
///     Image image = builder.build(request, listener);
/// }
/// ```
public final class Builder implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Builder.class);

    /// The name of the directory that a build is of.
    private static final String CONTEXT = "context";

    private static final String IMAGE = "docker-image://";

    private static final int LARGEST_DOCKERFILE = 4 << 20;
    private static final long CACHE_BYTES = 20L << 30;
    private static final int PARALLEL = Math.max(2, Runtime.getRuntime().availableProcessors());

    private final Gantry engine;
    private final Linux linux;
    private final Fd spool;
    private final Shelf shelf;
    private final Fetches fetches;
    private volatile Besides besides = Besides.NOTHING;
    private final AtomicBoolean tidying = new AtomicBoolean();
    private final Cache cache;
    private final ImageWork images;
    private final EngineWork work;
    private final Solver solver;
    private final Outputs outputs;
    private final RegistryCaches caches;

    private Builder(Gantry engine, Supplier<ContainerSpec> usual, Clock clock, RandomGenerator random) {
        this.engine = engine;
        this.linux = Linux.host();
        Path root = directory(engine.options().dataRoot().resolve("build"));
        Path secrets = directory(engine.options().runRoot().resolve("b"));
        this.spool =
                linux.files().openDirectory(directory(root.resolve("spool")).toString());
        this.shelf = new Shelf(linux, directory(root.resolve("mounts")), clock);
        this.fetches = new Fetches(linux, directory(root.resolve("git")), shelf, random);
        Layers layers = engine.images().layers();
        this.cache = new Cache(linux, directory(root.resolve("cache")), layers, clock, CACHE_BYTES);
        this.images = new ImageWork(engine.images());
        this.work = EngineWork.on(engine, images, new CacheMounts(linux, shelf), fetches, secrets, random, usual);
        this.outputs = new Outputs(linux, layers, work::open);
        this.caches = new RegistryCaches(engine.images().share(), layers);
        this.solver = new Solver(work, cache, layers, clock, PARALLEL);
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
        return build(request, listener, made -> made.store(request.names()));
    }

    /// The files that a build is of, by an address: a repository, an archive, or a Dockerfile alone.
    public Fetches.Context fetch(String address, Map<String, byte[]> secrets) throws InterruptedException {
        return fetch(address, Lent.of(secrets));
    }

    /// The same for who lends secrets.
    public Fetches.Context fetch(String address, Lent secrets) throws InterruptedException {
        return fetches.context(address, secrets, this::files);
    }

    /// What results of graphs can become.
    public Outputs outputs() {
        return outputs;
    }

    /// Takes what a build has made, while it is held.
    @FunctionalInterface
    public interface Finish<T> {
        T of(Made made);
    }

    /// The same with something else in the end than an image of this engine.
    public <T> T build(BuildRequest request, BuildListener listener, Finish<T> finish) throws InterruptedException {
        return with(request, far(request, listener), (building, read) -> {
            Made made = building.made(building.plan(read.dockerfile(), read.wishes()), listener);
            T finished = finish.of(made);
            export(request, made, building, listener);
            return finished;
        });
    }

    /// What would be done, as [PlanText] writes it. Base images are looked at, and fetched where they are missing.
    public String plan(BuildRequest request) throws InterruptedException {
        return with(
                request,
                List.of(),
                (building, read) -> PlanText.of(
                        building.plan(read.dockerfile(), read.wishes()).image()));
    }

    /// What rules find in all stages of the Dockerfile, needed or not.
    public List<dev.gantry.build.check.Finding> check(BuildRequest request) throws InterruptedException {
        return with(
                request,
                List.of(),
                (building, read) -> DockerfileFrontend.check(read.dockerfile(), read.wishes(), building.bases()));
    }

    /// What a request comes to before anything is planned.
    private record Read(String dockerfile, Wishes wishes) {}

    @FunctionalInterface
    private interface Using<T> {
        T of(Building building, Read read) throws InterruptedException;
    }

    private <T> T with(BuildRequest request, List<FarCache> far, Using<T> using) throws InterruptedException {
        List<SourceTree> fetched = new ArrayList<>();
        Map<String, SourceTree> sources = new HashMap<>(Map.of(CONTEXT, request.context()));
        Building building = null;
        try {
            Map<String, Context> further = further(request.given(), sources, fetched);
            building = begin(new Asked(
                    Sources.of(sources),
                    Lent.of(request.given().secrets()),
                    request.credentials(),
                    Optional.empty(),
                    request.noCache(),
                    far));
            return using.of(building, read(request, further));
        } finally {
            Runnable after = () -> {
                request.close();
                fetched.forEach(SourceTree::close);
            };
            if (building == null) {
                after.run();
            } else {
                building.closeThen(after); // steps may still read them
            }
        }
    }

    /// What steps have made, at registries.
    public RegistryCaches caches() {
        return caches;
    }

    /// Where files of builds lie, without names.
    public Fd spool() {
        return spool;
    }

    /// One build whose parts come one after the other.
    public Building begin(Asked asked) {
        return new Building(engine.images().layers(), images, solver, outputs, work::search, this::tidy, asked);
    }

    /// Directories that came with the build, and those that it only names.
    private Map<String, Context> further(
            BuildRequest.Given given, Map<String, SourceTree> sources, List<SourceTree> fetched)
            throws InterruptedException {
        Map<String, Context> further = new HashMap<>();
        given.directories().forEach((name, tree) -> {
            sources.put(CONTEXT + " " + name, tree);
            further.put(name, new Context.Local(CONTEXT + " " + name, List.of()));
        });
        for (Map.Entry<String, String> named : given.elsewhere().entrySet()) {
            String where = named.getValue();
            Optional<GitUrl> git = GitUrl.read(where);
            if (where.startsWith(IMAGE)) {
                further.put(named.getKey(), new Context.Image(where.substring(IMAGE.length())));
            } else if (git.isPresent()) {
                var load = new Vertex(git.get().source(false), List.of(), Note.of("load " + named.getKey(), 0));
                further.put(named.getKey(), new Context.Tree(load.result()));
            } else if (where.startsWith("http://") || where.startsWith("https://")) {
                SourceTree tree = fetches.context(where, Lent.of(given.secrets()), this::files)
                        .tree();
                fetched.add(tree);
                sources.put(CONTEXT + " " + named.getKey(), tree);
                further.put(named.getKey(), new Context.Local(CONTEXT + " " + named.getKey(), List.of()));
            } else {
                throw new Unsupported(
                        "use the context " + named.getKey() + "=" + where,
                        "contexts are directories, images, repositories and archives of the web",
                        "name a directory, docker-image://NAME, or an address");
            }
        }
        return further;
    }

    private static Read read(BuildRequest request, Map<String, Context> further) {
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
        Wishes.Builder wishes = Wishes.on(request.platform())
                .buildPlatform(Platform.host())
                .target(request.target())
                .arguments(request.arguments())
                .labels(request.labels())
                .context(new Context.Local(CONTEXT, ignored))
                .pull(request.pull())
                .noCache(request.noCache())
                .network(request.network())
                .hosts(request.hosts())
                .limits(request.limits());
        further.forEach(wishes::context);
        return new Read(text, wishes.build());
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

    /// A cache that cannot be had costs time and no build.
    private List<FarCache> far(BuildRequest request, BuildListener listener) {
        List<FarCache> far = new ArrayList<>();
        for (Reference name : request.given().caches().from()) {
            try {
                far.add(caches.open(name, request.platform(), credentials(request, name)));
            } catch (GantryException e) {
                listener.warned("the cache " + name.familiar() + " is left out: " + e.getMessage());
            }
        }
        return far;
    }

    private void export(BuildRequest request, Made made, Building building, BuildListener listener) {
        for (BuildRequest.To to : request.given().caches().to()) {
            try {
                caches.push(to.name(), to.mode(), building.records(), made.result(), credentials(request, to.name()));
            } catch (GantryException e) {
                if (!to.optional()) {
                    throw e;
                }
                listener.warned("the cache " + to.name().familiar() + " is not written: " + e.getMessage());
            }
        }
    }

    private static Credentials credentials(BuildRequest request, Reference name) {
        return request.credentials().apply(name.repository().domain());
    }

    public List<Cache.Row> cached() {
        return cache.rows();
    }

    /// What stays beside the results of steps: directories of `cache` mounts, what was fetched, and what others keep.
    public List<Shelf.Row> shelved() {
        return Stream.concat(shelf.rows().stream(), besides.rows().stream()).toList();
    }

    /// From now on this counts in what is kept, and goes as that does.
    public void keepsToo(Besides kept) {
        besides = kept;
    }

    /// Takes away what was last used before `before`, the oldest first, until no more than `most` bytes are left.
    public Cache.Pruned prune(long most, Instant before) {
        Cache.Pruned pruned = shrink(most, before);
        engine.images().collectGarbage();
        return pruned;
    }

    private Cache.Pruned shrink(long most, Instant before) {
        Instant until = most == 0 ? before : earlier(before, cut(most));
        Cache.Pruned steps = cache.prune(0, until);
        List<Shelf.Row> others = Stream.concat(shelf.prune(0, until).stream(), besides.prune(until).stream())
                .toList();
        List<String> ids = Stream.concat(steps.ids().stream(), others.stream().map(Shelf.Row::id))
                .toList();
        return new Cache.Pruned(
                ids, steps.bytes() + others.stream().mapToLong(Shelf.Row::bytes).sum());
    }

    private static Instant earlier(Instant a, Instant b) {
        return a.isBefore(b) ? a : b;
    }

    private record Used(Instant at, long bytes) {}

    /// What was last used before this moment is more than may stay.
    private Instant cut(long most) {
        List<Used> all = Stream.concat(
                        cache.rows().stream().map(r -> new Used(r.used(), r.bytes())),
                        shelved().stream().map(r -> new Used(r.used(), r.bytes())))
                .sorted(Comparator.comparing(Used::at))
                .toList();
        long over = all.stream().mapToLong(Used::bytes).sum() - most;
        Instant cut = Instant.MIN;
        for (Used used : all) {
            if (over <= 0) {
                break;
            }
            over -= used.bytes();
            cut = used.at().plusNanos(1);
        }
        return cut;
    }

    /// Steps keep to the limit by themselves; what programs write to `cache` mounts is only known afterwards.
    private void tidy() {
        boolean more = shelf.wasUsed() | besides.hasGrown();
        if (more && tidying.compareAndSet(false, true)) {
            Thread.ofVirtual().name("build tidy").start(() -> {
                try {
                    shrink(CACHE_BYTES, Instant.MAX);
                } catch (RuntimeException e) {
                    LOG.warn("what builds keep is not tidied up: {}", e.toString());
                } finally {
                    tidying.set(false);
                }
            });
        }
    }

    @Override
    public void close() {
        engine.images().layers().settle(); // else the next engine does all again that no image is made of
        cache.close();
        shelf.close();
        spool.close();
    }
}
