package dev.gantry.images.plugin;

import dev.gantry.base.Digest;
import dev.gantry.base.Internal;
import dev.gantry.base.InvalidArgument;
import dev.gantry.base.Reference;
import dev.gantry.images.content.Blob;
import dev.gantry.images.content.BlobReader;
import dev.gantry.images.content.BlobWriter;
import dev.gantry.images.content.ContentStore;
import dev.gantry.images.content.IngestName;
import dev.gantry.images.document.Descriptor;
import dev.gantry.images.document.Documents;
import dev.gantry.images.document.ImageDocument;
import dev.gantry.images.document.MediaTypes;
import dev.gantry.images.document.Wire;
import dev.gantry.images.layer.Compression;
import dev.gantry.images.layer.LayerLimits;
import dev.gantry.images.layer.TreeTar;
import dev.gantry.images.progress.ProgressEvent;
import dev.gantry.images.progress.ProgressListener;
import dev.gantry.images.registry.BlobDownload;
import dev.gantry.images.registry.Credentials;
import dev.gantry.images.registry.Fetched;
import dev.gantry.images.registry.RegistryClient;
import dev.gantry.images.registry.RegistrySession;
import dev.gantry.images.registry.RegistryUpload;
import dev.gantry.linux.Fd;
import dev.gantry.linux.Linux;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.zip.GZIPOutputStream;

/// Plugins on their way from and to registries, and between their archive and a directory. The store is for plugins
/// alone; nothing in it is kept but what [#keepOnly] is told.
public final class PluginImages {
    private static final long MOST_AFTER_END = 64 << 20;

    private final Linux linux;
    private final ContentStore content;
    private final RegistryClient registries;
    private final AtomicLong ingests = new AtomicLong();

    public PluginImages(Linux linux, ContentStore content, RegistryClient registries) {
        this.linux = linux;
        this.content = content;
        this.registries = registries;
    }

    /// The documents that the reference means at its registry now. Nothing but them is fetched.
    public PluginImage look(Reference reference, Credentials credentials) {
        RegistrySession session = registries.open(reference.repository(), credentials);
        Fetched manifest = session.manifest(reference);
        ImageDocument.Manifest document =
                Documents.plugin(manifest.bytes(), manifest.mediaType(), reference.familiar());
        requireSmall(reference.familiar(), document.config());
        fetch(session, document.config(), ProgressListener.SILENT);
        put("document", manifest.bytes());
        return image(manifest.digest(), document, reference.familiar());
    }

    /// Brings the layer, too.
    public void fetch(PluginImage image, Reference reference, Credentials credentials, ProgressListener progress) {
        progress.on(new ProgressEvent.LayerKnown(
                image.layer().digest(), image.layer().size()));
        if (content.find(image.layer().digest()).isPresent()) {
            progress.on(new ProgressEvent.LayerExists(image.layer().digest()));
            return;
        }
        fetch(registries.open(reference.repository(), credentials), image.layer(), progress);
    }

    private void fetch(RegistrySession session, Descriptor blob, ProgressListener progress) {
        if (content.find(blob.digest()).isEmpty()) {
            new BlobDownload(session, content, progress).run(blob);
        }
    }

    /// One that is in the store, by the digest of its manifest.
    public PluginImage stored(Digest digest, String name) {
        byte[] manifest = bytes(digest, Documents.MAX_MANIFEST_BYTES, name);
        return image(digest, Documents.plugin(manifest, "", name), name);
    }

    private PluginImage image(Digest digest, ImageDocument.Manifest document, String name) {
        byte[] config = bytes(document.config().digest(), Documents.MAX_CONFIG_BYTES, name);
        List<Digest> diffIds = Documents.config(config, name).diffIds();
        if (diffIds.size() != 1) {
            throw new InvalidArgument(
                    "use plugin " + name,
                    "its configuration names " + diffIds.size() + " layers and its manifest one",
                    "build it again with docker plugin create");
        }
        return new PluginImage(
                digest, document.mediaType(), config, document.layers().getFirst(), diffIds.getFirst());
    }

    private static void requireSmall(String name, Descriptor config) {
        if (config.size() > Documents.MAX_CONFIG_BYTES) {
            throw new InvalidArgument(
                    "use plugin " + name,
                    "its configuration has " + config.size() + " bytes and the limit is " + Documents.MAX_CONFIG_BYTES,
                    "ask its maker");
        }
    }

    /// Unpacks the layer into an empty directory, and verifies it on the way: what is wrong throws.
    public void unpack(PluginImage image, Path directory, String name) {
        String what = "unpack plugin " + name;
        MessageDigest hash = messageDigest(image.diffId().algorithm());
        try (BlobReader blob = content.open(image.layer().digest());
                InputStream plain = Compression.decompress(blob, name);
                Fd root = linux.files().openDirectory(directory.toString())) {
            var verified = new DigestInputStream(plain, hash);
            TreeTar.unpack(linux, verified, root, name, LayerLimits.DEFAULT);
            drain(verified);
        } catch (IOException e) {
            throw new InvalidArgument(what, String.valueOf(e.getMessage()), "install it again", e);
        }
        Digest actual = new Digest(image.diffId().algorithm(), HexFormat.of().formatHex(hash.digest()));
        if (!actual.equals(image.diffId())) {
            throw new InvalidArgument(
                    what,
                    "its plain bytes have digest " + actual + " and the configuration says " + image.diffId(),
                    "the plugin contradicts itself; ask its maker");
        }
    }

    /// What follows the end of the tar belongs to the digest.
    private static void drain(InputStream in) throws IOException {
        byte[] buffer = new byte[64 << 10];
        long drained = 0;
        for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
            drained += n;
            if (drained > MOST_AFTER_END) {
                throw new IOException("more than " + MOST_AFTER_END + " bytes follow the end of the tar");
            }
        }
    }

    /// Makes a plugin of a directory. `config` writes the configuration once the digest of the layer is known.
    public PluginImage make(Path rootfs, Function<Digest, byte[]> config, String name) {
        MessageDigest plain = messageDigest(Digest.Algorithm.SHA256);
        Descriptor layer;
        try (BlobWriter writer = fresh("layer");
                Fd root = linux.files().openDirectory(rootfs.toString())) {
            var hashed = new DigestOutputStream(new Into(writer), messageDigest(Digest.Algorithm.SHA256));
            try (var gzip = new GZIPOutputStream(hashed, 1 << 16)) {
                TreeTar.pack(linux, root, new DigestOutputStream(gzip, plain));
            }
            long size = writer.offset();
            Digest digest = sha256(hashed.getMessageDigest());
            writer.commit(digest, size);
            layer = Descriptor.of(MediaTypes.DOCKER_LAYER + ".gzip", digest, size);
        } catch (IOException e) {
            throw new Internal("pack plugin " + name, String.valueOf(e.getMessage()), "look at the disk", e);
        }
        Blob configuration = put("document", config.apply(sha256(plain)));
        byte[] manifest = Documents.write(
                new Wire.Document(
                        2,
                        MediaTypes.DOCKER_MANIFEST,
                        wire(MediaTypes.PLUGIN_CONFIG, configuration.digest(), configuration.size()),
                        List.of(wire(layer.mediaType(), layer.digest(), layer.size())),
                        null),
                Wire.Document.class);
        return stored(put("document", manifest).digest(), name);
    }

    private static Wire.Descriptor wire(String mediaType, Digest digest, long size) {
        return new Wire.Descriptor(mediaType, digest.toString(), size, null, null);
    }

    /// Brings a stored plugin to its registry, under this name.
    public void push(PluginImage image, Reference.Tagged name, Credentials credentials, ProgressListener progress) {
        progress.on(new ProgressEvent.Pushing(name));
        byte[] manifest = bytes(image.digest(), Documents.MAX_MANIFEST_BYTES, name.familiar());
        Descriptor config = Documents.plugin(manifest, "", name.familiar()).config();
        RegistryUpload upload = registries.openToPush(name.repository(), credentials);
        Descriptor layer = image.layer();
        progress.on(new ProgressEvent.LayerKnown(layer.digest(), layer.size()));
        upload.blob(content, layer.digest(), layer.size(), progress);
        upload.blob(content, config.digest(), config.size(), ProgressListener.SILENT);
        upload.manifest(name, image.mediaType(), manifest, image.digest());
        progress.on(new ProgressEvent.Pushed(name, image.digest(), manifest.length));
    }

    /// Deletes all that these plugins do not need, transfers that were broken off too.
    public void keepOnly(Set<Digest> manifests) {
        Set<Digest> kept = new java.util.HashSet<>();
        for (Digest manifest : manifests) {
            byte[] bytes = bytes(manifest, Documents.MAX_MANIFEST_BYTES, manifest.toString());
            ImageDocument.Manifest document = Documents.plugin(bytes, "", manifest.toString());
            kept.add(manifest);
            kept.add(document.config().digest());
            document.layers().forEach(l -> kept.add(l.digest()));
        }
        content.list().stream().map(Blob::digest).filter(d -> !kept.contains(d)).forEach(content::delete);
        content.ingests().forEach(content::discard);
    }

    /// Two at a time do not meet; what an earlier process left under the same name goes.
    private BlobWriter fresh(String kind) {
        var ingest = new IngestName(kind + "-" + ingests.incrementAndGet());
        try (BlobWriter leftover = content.write(ingest)) {
            leftover.discard();
        }
        return content.write(ingest);
    }

    private Blob put(String ingest, byte[] bytes) {
        MessageDigest hash = messageDigest(Digest.Algorithm.SHA256);
        hash.update(bytes);
        try (BlobWriter writer = fresh(ingest)) {
            writer.write(ByteBuffer.wrap(bytes));
            return writer.commit(sha256(hash), bytes.length);
        }
    }

    private byte[] bytes(Digest digest, int limit, String name) {
        try (BlobReader blob = content.open(digest)) {
            byte[] bytes = blob.readNBytes(limit + 1);
            if (bytes.length > limit) {
                throw new InvalidArgument(
                        "read plugin " + name, digest + " is larger than " + limit + " bytes", "ask its maker");
            }
            return bytes;
        } catch (IOException e) {
            throw new Internal("read plugin " + name, String.valueOf(e.getMessage()), "look at the disk", e);
        }
    }

    private static Digest sha256(MessageDigest hash) {
        return Digest.sha256(HexFormat.of().formatHex(hash.digest()));
    }

    private static MessageDigest messageDigest(Digest.Algorithm algorithm) {
        try {
            return MessageDigest.getInstance(algorithm.jcaName());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has " + algorithm.jcaName(), e);
        }
    }

    private static final class Into extends OutputStream {
        private final BlobWriter writer;

        Into(BlobWriter writer) {
            this.writer = writer;
        }

        @Override
        public void write(int b) {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int from, int length) {
            writer.write(ByteBuffer.wrap(bytes, from, length));
        }
    }
}
