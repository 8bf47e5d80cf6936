package dev.gantry.images.image;

import dev.gantry.base.Conflict;
import dev.gantry.base.ContainerId;
import dev.gantry.base.Digest;
import dev.gantry.base.InvalidArgument;
import dev.gantry.base.NotFound;
import dev.gantry.base.Platform;
import dev.gantry.base.Reference;
import dev.gantry.base.Repository;
import dev.gantry.images.archive.Spool;
import dev.gantry.images.content.ContentStore;
import dev.gantry.images.document.Descriptor;
import dev.gantry.images.document.Documents;
import dev.gantry.images.document.ImageConfig;
import dev.gantry.images.document.ImageDocument;
import dev.gantry.images.gc.Collector;
import dev.gantry.images.gc.Leases;
import dev.gantry.images.layer.LayerExtractor;
import dev.gantry.images.progress.ProgressEvent;
import dev.gantry.images.progress.ProgressListener;
import dev.gantry.images.registry.Credentials;
import dev.gantry.images.registry.Fetched;
import dev.gantry.images.registry.FoundImage;
import dev.gantry.images.registry.RegistryClient;
import dev.gantry.images.registry.RegistrySession;
import dev.gantry.images.snapshot.ChainId;
import dev.gantry.images.snapshot.RootFs;
import dev.gantry.images.snapshot.Snapshotter;
import dev.gantry.linux.Linux;
import dev.gantry.linux.SlowCalls;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.random.RandomGenerator;

/// The images of one content store, one snapshotter and one table of names.
public final class LocalImages implements Images {
    private static final String DIRECTORY = "dir:";

    /// For a directory of the host, which may be on a file system that does not answer.
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private static final int MOST_SLOW = 16;

    private final ContentStore content;
    private final Snapshotter snapshots;
    private final Clock clock;
    private final RandomGenerator random;

    private final Leases leases = new Leases();
    private final Linux linux = Linux.host();
    private final SlowCalls directories = new SlowCalls(MOST_SLOW);
    private final Catalog catalog;
    private final Names names;
    private final Unpacker unpacker;
    private final Collector collector;
    private final Puller puller;
    private final Loader loader;
    private final RegistryClient registries;
    private final LocalLayers layers;
    private final LayerShare share;

    public LocalImages(
            ContentStore content,
            Snapshotter snapshots,
            ImageTable table,
            LayerExtractor extractor,
            RegistryClient registries,
            Clock clock,
            RandomGenerator random) {
        this.content = content;
        this.snapshots = snapshots;
        this.clock = clock;
        this.random = random;
        this.registries = registries;
        this.catalog = new Catalog(content);
        this.names = new Names(table, catalog, () -> {
            snapshots.settle(); // writes all there is, so that little is left for the other
            content.settle();
        });
        this.unpacker = new Unpacker(content, snapshots, extractor);
        this.layers = new LocalLayers(linux, content, snapshots, leases, catalog, names, unpacker, random);
        this.collector = new Collector(content, snapshots, leases);
        Blobs blobs = new Blobs(content);
        this.puller = new Puller(registries, blobs, unpacker, names, catalog);
        this.share = new LayerShare(registries, blobs, leases, random);
        this.loader = new Loader(content, catalog, unpacker, names, random);
        // What a load or an import of an earlier process left has no continuation.
        collector.discardTransfers(false);
    }

    // ---- looking

    @Override
    public Image resolve(String userReference) {
        if (Layers.isLent(userReference)) {
            return layers.lent(userReference)
                    .orElseThrow(() -> new NotFound(
                            "find layers " + userReference, "their build has ended", "start the build again"));
        }
        return userReference.startsWith(DIRECTORY)
                ? directory(userReference)
                : names.find(userReference).getFirst().image();
    }

    @Override
    public Image resolve(String userReference, Platform platform) {
        return userReference.startsWith(DIRECTORY)
                ? directory(userReference)
                : StoredImage.chosen(userReference, names.find(userReference), Optional.of(platform))
                        .image();
    }

    private Image directory(String userReference) {
        String text = userReference.substring(DIRECTORY.length());
        Path path;
        try {
            path = Path.of(text);
        } catch (InvalidPathException e) {
            throw new InvalidArgument("use " + userReference, "it is no path", "write dir:/path", e);
        }
        if (!path.isAbsolute()) {
            throw new InvalidArgument("use " + userReference, "the path is not absolute", "write dir:/path");
        }
        Path given = path;
        path = directories.callAt(linux, "use " + userReference, given, PATIENCE, () -> real(userReference, given));
        return new Image(
                new Image.Id(Digest.sha256Of(DIRECTORY + path)), Image.Config.EMPTY, new Image.Source.Directory(path));
    }

    /// Without links: a link could lead elsewhere by the time a container starts.
    private static Path real(String userReference, Path path) {
        try {
            Path real = path.toRealPath();
            if (Files.isDirectory(real)) {
                return real;
            }
            throw new NotFound("use " + userReference, path + " is not a directory", "check the path");
        } catch (IOException e) {
            throw new NotFound("use " + userReference, path + " is not a directory", "check the path", e);
        }
    }

    @Override
    public List<ImageSummary> list() {
        List<ImageSummary> rows = new ArrayList<>();
        names.byImage().forEach(named -> rows.add(summary(named.image(), named.rows())));
        rows.sort(Comparator.comparing(ImageSummary::created).reversed());
        return rows;
    }

    private ImageSummary summary(StoredImage image, List<ImageTable.Entry> rows) {
        List<String> tags = new ArrayList<>();
        List<String> digests = new ArrayList<>();
        for (ImageTable.Entry row : rows) {
            if (!Names.isNameless(row)) {
                Reference reference = Reference.parse(row.name());
                (reference instanceof Reference.Tagged ? tags : digests).add(reference.familiar());
            }
        }
        return new ImageSummary(
                image.id(),
                image.target(),
                tags,
                digests,
                image.config().created(),
                image.layers().stream()
                        .mapToLong(l -> snapshots.contentBytes(l.chain()))
                        .sum(),
                image.config().run().labels(),
                image.config().platform());
    }

    @Override
    public Variants variants(String userReference) {
        return new VariantList(content, catalog, snapshots)
                .of(names.find(userReference).getFirst().target());
    }

    @Override
    public ImageDetails inspect(String userReference, Platform platform) {
        return details(StoredImage.chosen(userReference, names.find(userReference), Optional.of(platform)));
    }

    @Override
    public ImageDetails inspect(String userReference) {
        return details(names.find(userReference).getFirst());
    }

    private ImageDetails details(StoredImage image) {
        ImageConfig config = image.config();
        List<ImageDetails.History> history = new ArrayList<>();
        int layer = 0;
        for (ImageConfig.History h : config.history()) {
            boolean counts = !h.emptyLayer() && layer < image.layers().size();
            long size =
                    counts ? snapshots.contentBytes(image.layers().get(layer).chain()) : 0;
            layer += counts ? 1 : 0;
            history.add(new ImageDetails.History(
                    h.created(), h.createdBy(), h.author(), h.comment(), h.emptyLayer(), size));
        }
        String comment = history.isEmpty() ? "" : history.getLast().comment();
        return new ImageDetails(
                summary(image, names.rowsOf(image.id())),
                image.image().config(),
                catalog.bytes(image.id().digest(), Documents.MAX_CONFIG_BYTES),
                config.author(),
                comment,
                config.diffIds(),
                history);
    }

    // ---- names

    @Override
    public void tag(String userReference, Reference.Tagged name) {
        try (Leases.Lease lease = leases.open()) {
            StoredImage image = names.find(userReference).getFirst();
            catalog.mark(image.target(), lease);
            if (content.find(image.target()).isEmpty()) {
                throw new Conflict("tag " + userReference, "the image is being removed", "pull it again, then tag it");
            }
            names.put(List.of(name), image.target());
        }
    }

    @Override
    public List<Removal> remove(String userReference, Optional<Platform> only, boolean force, InUse inUse) {
        Remover remover = new Remover(names);
        Remover.Plan[] plan = new Remover.Plan[1];
        List<Removal> removals = names.changing(() -> {
            only.ifPresent(platform -> remover.checkOnlyFor(platform, userReference));
            plan[0] = remover.plan(userReference, force, inUse);
            return new ArrayList<>(remover.untag(plan[0]));
        });
        if (!plan[0].gone().isEmpty()) {
            Collector.Swept swept = sweep();
            removals.addAll(Remover.deleted(plan[0], swept.layers()));
        }
        return removals;
    }

    // ---- coming and going

    @Override
    public Image pull(Reference reference, Platform platform, Credentials credentials, ProgressListener progress) {
        return holding(lease -> puller.pull(reference, platform, credentials, lease, oneAtATime(progress))
                .image());
    }

    @Override
    public void push(
            Reference.Tagged name, Optional<Platform> platform, Credentials credentials, ProgressListener progress) {
        try (Leases.Lease lease = leases.open()) {
            new Pusher(registries, content, names, catalog)
                    .push(name, platform, credentials, lease, oneAtATime(progress));
        }
    }

    @Override
    public AtRegistry distribution(Reference reference, Credentials credentials) {
        RegistrySession session = registries.open(reference.repository(), credentials);
        Fetched top = session.manifest(reference);
        String name = reference.familiar();
        return switch (Documents.image(top.bytes(), top.mediaType(), name)) {
            case ImageDocument.Index index ->
                new AtRegistry(
                        Descriptor.of(index.mediaType(), top.digest(), top.bytes().length),
                        index.manifests().stream()
                                .flatMap(d -> d.platforms().stream())
                                .toList());
            case ImageDocument.Manifest manifest -> {
                byte[] config = session.document(manifest.config(), Documents.MAX_CONFIG_BYTES);
                yield new AtRegistry(
                        Descriptor.of(manifest.mediaType(), top.digest(), top.bytes().length),
                        List.of(Documents.config(config, name).platform()));
            }
        };
    }

    @Override
    public void login(String domain, Credentials credentials) {
        registries.login(domain, credentials);
    }

    @Override
    public List<FoundImage> search(String term, int limit, Credentials credentials) {
        int slash = term.indexOf('/');
        String first = slash < 0 ? "" : term.substring(0, slash);
        boolean named = first.contains(".") || first.contains(":") || first.equals("localhost");
        if (named && !first.equals("docker.io") && !first.equals("index.docker.io")) {
            return registries.search(first, term.substring(slash + 1), limit, credentials);
        }
        String rest = named ? term.substring(slash + 1) : term;
        String plain = rest.startsWith("library/") ? rest.substring("library/".length()) : rest;
        return registries.search(Repository.DEFAULT_DOMAIN, plain, limit, credentials);
    }

    @Override
    public List<Loaded> load(InputStream archive, Optional<Platform> platform, ProgressListener progress) {
        return holding(lease -> loader.load(archive, platform, lease, oneAtATime(progress)));
    }

    @Override
    public void save(List<String> userReferences, Optional<Platform> platform, OutputStream out) {
        try (Leases.Lease lease = leases.open()) {
            loader.save(userReferences, platform, out, lease);
        }
    }

    @Override
    public Image importRootfs(InputStream tar, ImportOptions options, ProgressListener progress) {
        Importer importer = new Importer(content, clock, random);
        return holding(lease -> {
            Digest target = importer.store(tar, options, lease);
            catalog.forget();
            catalog.mark(target, lease);
            StoredImage image = catalog.images(target).getFirst();
            loader.unpack(image, oneAtATime(progress));
            names.put(List.copyOf(options.names()), target);
            progress.on(new ProgressEvent.Unnamed(image.id().digest()));
            return image.image();
        });
    }

    @Override
    public Image commit(String base, CommitOptions options, Spool.Writing layer) {
        Committer committer = new Committer(content, clock, random);
        return holding(lease -> {
            StoredImage below = names.find(base).getFirst();
            catalog.mark(below.target(), lease);
            byte[] config = catalog.bytes(below.id().digest(), Documents.MAX_CONFIG_BYTES);
            Digest target = committer.store(below, config, options, layer, lease);
            catalog.forget();
            catalog.mark(target, lease);
            StoredImage image = catalog.images(target).getFirst();
            loader.unpack(image, ProgressListener.SILENT);
            names.put(List.copyOf(options.names()), target);
            return image.image();
        });
    }

    @Override
    public Layers layers() {
        return layers;
    }

    @Override
    public LayerShare share() {
        return share;
    }

    // ---- containers

    @Override
    public RootFs prepare(ContainerId container, Image image) {
        return switch (image.source()) {
            case Image.Source.Directory directory -> snapshots.prepare(container, directory.path());
            case Image.Source.Layers layers -> prepare(container, image, layers.chains());
        };
    }

    /// The lease ends when the snapshotter knows what the container stands on.
    private RootFs prepare(ContainerId container, Image image, List<ChainId> chains) {
        try (Leases.Lease lease = leases.open()) {
            chains.forEach(lease::layer);
            if (!chains.stream().allMatch(snapshots::contains)) {
                StoredImage stored = names.find(image.id().digest().toString()).getFirst();
                catalog.mark(stored.target(), lease);
                unpacker.unpack(stored, ProgressListener.SILENT);
            }
            return snapshots.prepare(container, chains);
        }
    }

    @Override
    public Optional<RootFs> find(ContainerId container) {
        return snapshots.find(container);
    }

    @Override
    public void allowRemount(ContainerId container) {
        snapshots.allowRemount(container);
    }

    @Override
    public void release(ContainerId container) {
        snapshots.remove(container);
    }

    // ---- garbage

    @Override
    public Collected collectGarbage() {
        collector.discardTransfers(true);
        Collector.Swept swept = sweep();
        return new Collected(swept.blobs().size(), swept.layers().size(), swept.bytes());
    }

    private Collector.Swept sweep() {
        try {
            return collector.collect(marks -> names.targets().forEach(t -> catalog.mark(t, marks)));
        } finally {
            catalog.forget();
        }
    }

    /// Runs with a lease. What turned out to be wrong leaves nothing; what was only interrupted is kept
    /// for the next try.
    private <T> T holding(Function<Leases.Lease, T> work) {
        Leases.Lease lease = leases.open();
        try (lease) {
            return work.apply(lease);
        } catch (InvalidArgument e) {
            try {
                collector.discardTransfersOf(lease);
                sweep();
            } catch (RuntimeException also) {
                e.addSuppressed(also);
            }
            throw e;
        }
    }

    private static ProgressListener oneAtATime(ProgressListener progress) {
        Object turn = new Object();
        return event -> {
            synchronized (turn) {
                progress.on(event);
            }
        };
    }
}
