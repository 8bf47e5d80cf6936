package dev.gantry.images.image;

import dev.gantry.base.ContainerId;
import dev.gantry.base.Digest;
import dev.gantry.base.Internal;
import dev.gantry.base.Platform;
import dev.gantry.base.Reference;
import dev.gantry.base.Unavailable;
import dev.gantry.base.Unsupported;
import dev.gantry.images.archive.ArchiveForm;
import dev.gantry.images.archive.ArchiveWriter;
import dev.gantry.images.archive.Spool;
import dev.gantry.images.content.ContentStore;
import dev.gantry.images.document.Documents;
import dev.gantry.images.gc.Leases;
import dev.gantry.images.layer.LayerWriter;
import dev.gantry.images.layer.WrittenFiles;
import dev.gantry.images.progress.ProgressListener;
import dev.gantry.images.snapshot.ChainId;
import dev.gantry.images.snapshot.RootFs;
import dev.gantry.images.snapshot.Snapshotter;
import dev.gantry.linux.Fd;
import dev.gantry.linux.Linux;
import dev.gantry.linux.LinuxError;
import java.io.IOException;
import java.io.OutputStream;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.random.RandomGenerator;

/// [Layers] of the store and the snapshots of [LocalImages].
final class LocalLayers implements Layers {
    private static final SecureRandom TOKENS = new SecureRandom();
    /// No reference can look like this.

    private final Linux linux;
    private final ContentStore content;
    private final Snapshotter snapshots;
    private final Leases leases;
    private final Catalog catalog;
    private final Names names;
    private final Unpacker unpacker;
    private final RandomGenerator random;
    private final Map<String, List<Layer>> lent = new ConcurrentHashMap<>();

    LocalLayers(
            Linux linux,
            ContentStore content,
            Snapshotter snapshots,
            Leases leases,
            Catalog catalog,
            Names names,
            Unpacker unpacker,
            RandomGenerator random) {
        this.linux = linux;
        this.content = content;
        this.snapshots = snapshots;
        this.leases = leases;
        this.catalog = catalog;
        this.names = names;
        this.unpacker = unpacker;
        this.random = random;
    }

    private record Held(Leases.Lease lease) implements Hold {
        @Override
        public void add(List<Layer> root) {
            for (StoredImage.Layer layer : stored(root)) {
                lease.blob(layer.blob().digest());
                lease.layer(layer.chain());
            }
        }

        @Override
        public void close() {
            lease.close();
        }
    }

    @Override
    public Hold hold() {
        return new Held(leases.open());
    }

    @Override
    public Base base(String reference, Platform platform, Hold hold) {
        StoredImage image = StoredImage.chosen(reference, names.find(reference), Optional.of(platform));
        List<Layer> layers = image.layers().stream()
                .map(l -> new Layer(l.blob(), l.diffId()))
                .toList();
        hold.add(layers);
        byte[] config = catalog.bytes(image.id().digest(), Documents.MAX_CONFIG_BYTES);
        unpacker.unpack(image, ProgressListener.SILENT);
        return new Base(
                image.id(),
                image.manifest().digest(),
                Json.read(config, "the configuration of image " + reference),
                layers);
    }

    @Override
    public boolean contains(List<Layer> root) {
        return stored(root).stream()
                .allMatch(l -> content.find(l.blob().digest()).isPresent() && snapshots.contains(l.chain()));
    }

    @Override
    public String lend(List<Layer> root) {
        unpack(root);
        String name = LENT + token();
        lent.put(name, List.copyOf(root));
        return name;
    }

    @Override
    public void takeBack(String name) {
        lent.remove(name);
    }

    /// Nobody guesses it: whoever knows the name may read what a build has made so far.
    private static String token() {
        byte[] bytes = new byte[16];
        TOKENS.nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }

    Optional<Image> lent(String name) {
        return Optional.ofNullable(lent.get(name))
                .map(root -> new Image(
                        new Image.Id(Digest.sha256Of(name)),
                        Image.Config.EMPTY,
                        new Image.Source.Layers(chains(root))));
    }

    @Override
    public RootFs prepare(ContainerId id, List<Layer> root) {
        unpack(root);
        return snapshots.prepare(id, chains(root));
    }

    /// Layers that were put together otherwise than they were made have no files yet.
    @Override
    public void unpack(List<Layer> root) {
        if (!stored(root).stream().allMatch(l -> snapshots.contains(l.chain()))) {
            unpacker.unpack(stored(root), ProgressListener.SILENT);
        }
    }

    @Override
    public Layer keep(ContainerId id, List<Layer> root, Instant since, Instant time, Hold hold) {
        RootFs written = snapshots
                .find(id)
                .orElseThrow(() -> new Internal(
                        "make a layer of what was written", "its directory is gone", "start the build again"));
        if (!(written instanceof RootFs.Overlay overlay)) {
            throw new Unsupported(
                    "make a layer of what was written",
                    "without overlay mounts nothing says what was written",
                    "build where the kernel mounts overlays");
        }
        try (Fd upper = linux.files().openDirectory(overlay.upper().toString())) {
            long bytes = WrittenFiles.settle(linux, upper, since, time);
            var writer = new LayerWriter(linux, overlay.flavor());
            Leases.Lease lease = ((Held) hold).lease();
            Digest diffId = Spool.unsynced(content, lease, random).add(out -> writer.write(upper, out));
            var layer = new Layer(NewImage.plain(content, diffId), diffId);
            List<Layer> made = new ArrayList<>(root);
            made.add(layer);
            hold.add(made);
            snapshots.keep(id, stored(made).getLast().chain(), bytes);
            return layer;
        } catch (LinuxError e) {
            throw e.during("make a layer of what was written");
        } catch (IOException e) {
            throw full(e);
        }
    }

    @Override
    public void settle() {
        snapshots.settle();
        content.settle();
    }

    @Override
    public Image compose(Map<String, Object> config, List<Layer> root, List<Reference.Tagged> wanted) {
        try (Leases.Lease lease = leases.open()) {
            StoredImage image = made(config, root, lease);
            unpacker.unpack(image, ProgressListener.SILENT);
            names.put(List.copyOf(wanted), image.target());
            return image.image();
        } catch (IOException e) {
            throw full(e);
        }
    }

    @Override
    public void archive(
            Map<String, Object> config,
            List<Layer> root,
            List<Reference.Tagged> wanted,
            ArchiveForm form,
            OutputStream out) {
        try (Leases.Lease lease = leases.open()) {
            StoredImage image = made(config, root, lease);
            var item = new ArchiveWriter.Item(image.manifest(), image.manifest(), image.document(), wanted);
            new ArchiveWriter(content).write(List.of(item), form, out);
        } catch (IOException e) {
            throw full(e);
        }
    }

    /// Its documents are there as long as the lease is.
    private StoredImage made(Map<String, Object> config, List<Layer> root, Leases.Lease lease) throws IOException {
        Map<String, Object> whole = new TreeMap<>(config);
        whole.put(
                "rootfs",
                Map.of(
                        "type",
                        "layers",
                        "diff_ids",
                        root.stream().map(l -> l.diffId().toString()).toList()));
        new Held(lease).add(root);
        var made = new NewImage(content, Spool.unsynced(content, lease, random));
        Digest target =
                made.addOnce(sorted(whole), root.stream().map(Layer::blob).toList(), lease);
        if (catalog.images(target).isEmpty()) {
            catalog.forget();
        }
        return catalog.images(target).getFirst();
    }

    /// The same document has one form, whatever made its maps.
    private static Object sorted(Object value) {
        return switch (value) {
            case Map<?, ?> map -> {
                Map<String, Object> all = new TreeMap<>();
                Json.object(map).forEach((key, v) -> all.put(key, sorted(v)));
                yield all;
            }
            case List<?> list -> list.stream().map(v -> sorted((Object) v)).toList();
            default -> value;
        };
    }

    @Override
    public long size(List<Layer> root) {
        return root.isEmpty()
                ? 0
                : snapshots.contentBytes(stored(root).getLast().chain());
    }

    private static Unavailable full(IOException e) {
        return new Unavailable("store a layer", String.valueOf(e.getMessage()), "look at the disk", e);
    }

    private static List<ChainId> chains(List<Layer> root) {
        return stored(root).reversed().stream().map(StoredImage.Layer::chain).toList();
    }

    private static List<StoredImage.Layer> stored(List<Layer> root) {
        List<StoredImage.Layer> layers = new ArrayList<>();
        ChainId chain = null;
        for (Layer layer : root) {
            chain = StoredImage.above(chain, layer.diffId());
            layers.add(new StoredImage.Layer(layer.blob(), layer.diffId(), chain));
        }
        return layers;
    }
}
