package dev.gantry.images.image;

import com.github.luben.zstd.ZstdOutputStreamNoFinalizer;
import dev.gantry.base.Digest;
import dev.gantry.base.InvalidArgument;
import dev.gantry.base.NotFound;
import dev.gantry.base.Platform;
import dev.gantry.base.Reference;
import dev.gantry.images.archive.Spool;
import dev.gantry.images.content.ContentStore;
import dev.gantry.images.document.Descriptor;
import dev.gantry.images.document.Documents;
import dev.gantry.images.document.ImageDocument;
import dev.gantry.images.document.MediaTypes;
import dev.gantry.images.document.Wire;
import dev.gantry.images.gc.Leases;
import dev.gantry.images.layer.Compression;
import dev.gantry.images.progress.ProgressListener;
import dev.gantry.images.registry.BlobDownload;
import dev.gantry.images.registry.Credentials;
import dev.gantry.images.registry.RegistryClient;
import dev.gantry.images.registry.RegistrySession;
import dev.gantry.images.registry.RegistryUpload;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;

/// Layers at registries, each time with a document that says what they are: artifacts, and images as far as their
/// configurations say something. Nothing gets a name here. OCI image-spec 1.1 §guidelines-for-artifact-usage.
public final class LayerShare {
    private final RegistryClient registries;
    private final ContentStore content;
    private final Blobs blobs;
    private final Leases leases;
    private final RandomGenerator random;

    LayerShare(RegistryClient registries, Blobs blobs, Leases leases, RandomGenerator random) {
        this.registries = registries;
        this.content = blobs.content();
        this.blobs = blobs;
        this.leases = leases;
        this.random = random;
    }

    /// A document and what it is about.
    ///
    /// @param type of the document, a media type
    /// @param layers each once; a registry is believed when their bytes have the digests
    public record Shared(String type, byte[] document, List<Descriptor> layers) {
        public Shared {
            layers = List.copyOf(layers);
        }
    }

    /// Returns when the registry has all of it under the name, and the digest that it is known by there.
    public Digest push(Reference.Tagged name, Shared shared, Credentials credentials) {
        try (Leases.Lease lease = leases.open()) {
            shared.layers().forEach(layer -> lease.blob(layer.digest()));
            RegistryUpload upload = registries.openToPush(name.repository(), credentials);
            for (Descriptor layer : shared.layers()) {
                if (content.find(layer.digest()).isEmpty()) {
                    throw new NotFound(
                            "push " + name.familiar(),
                            "layer " + layer.digest() + " is not here any more",
                            "make it again");
                }
                upload.blob(content, layer.digest(), layer.size(), ProgressListener.SILENT);
            }
            Descriptor document = stored(shared, lease);
            upload.blob(content, document.digest(), document.size(), ProgressListener.SILENT);
            byte[] manifest = Documents.write(
                    new Wire.Document(
                            2,
                            MediaTypes.OCI_MANIFEST,
                            wire(document),
                            shared.layers().stream().map(LayerShare::wire).toList(),
                            null),
                    Wire.Document.class);
            Digest digest = Digest.sha256Of(manifest);
            upload.manifest(name, MediaTypes.OCI_MANIFEST, manifest, digest);
            return digest;
        }
    }

    private Descriptor stored(Shared shared, Leases.Lease lease) {
        Digest digest = Digest.sha256Of(shared.document());
        lease.blob(digest);
        blobs.put(digest, shared.document());
        return Descriptor.of(shared.type(), digest, shared.document().length);
    }

    private static Wire.Descriptor wire(Descriptor d) {
        return new Wire.Descriptor(MediaTypes.oci(d.mediaType()), d.digest().toString(), d.size(), null, null);
    }

    /// What a registry has under a name; of an index, what is for the platform. No layer is fetched.
    public Found find(Reference name, Platform platform, Credentials credentials) {
        RegistrySession session = registries.open(name.repository(), credentials);
        var top = session.manifest(name);
        ImageDocument document = Documents.imageOrArtifact(top.bytes(), top.mediaType(), name.familiar());
        if (document instanceof ImageDocument.Index index) {
            var chosen = session.manifest(index.choose(platform)
                    .orElseThrow(() -> new NotFound(
                            "find " + name.familiar(), "there is nothing for " + platform, "name another")));
            document = Documents.imageOrArtifact(chosen.bytes(), chosen.mediaType(), name.familiar());
        }
        if (!(document instanceof ImageDocument.Manifest manifest)) {
            throw new InvalidArgument(
                    "find " + name.familiar(), "its index names another index", "name the inner one by digest");
        }
        byte[] bytes = session.document(manifest.config(), Documents.MAX_CONFIG_BYTES);
        return new Found(new Shared(manifest.config().mediaType(), bytes, manifest.layers()), session);
    }

    /// What was found at a registry.
    public final class Found {
        private final Shared shared;
        private final RegistrySession session;
        private final Map<Digest, Descriptor> known;

        private Found(Shared shared, RegistrySession session) {
            this.shared = shared;
            this.session = session;
            this.known = shared.layers().stream()
                    .collect(Collectors.toMap(Descriptor::digest, Function.identity(), (a, _) -> a));
        }

        public Shared shared() {
            return shared;
        }

        /// The configuration of an image, when it is one: all its fields.
        public Map<String, Object> config() {
            return MediaTypes.OCI_CONFIG.equals(shared.type()) || MediaTypes.DOCKER_CONFIG.equals(shared.type())
                    ? Json.read(shared.document(), "the configuration")
                    : Map.of();
        }

        /// The layers of an image with what its configuration says of their plain bytes; none when it is no image.
        public List<Layers.Layer> layers() {
            List<Digest> plain = config().isEmpty()
                    ? List.of()
                    : Documents.config(shared.document(), "the image").diffIds();
            if (plain.size() != shared.layers().size()) {
                return List.of();
            }
            List<Layers.Layer> layers = new ArrayList<>();
            for (int i = 0; i < plain.size(); i++) {
                layers.add(new Layers.Layer(shared.layers().get(i), plain.get(i)));
            }
            return layers;
        }

        /// Returns when the bytes of this layer, one of its own, are here; `hold` keeps them.
        public void fetch(Digest layer, Hold hold) {
            Descriptor blob = known.get(layer);
            if (blob == null) {
                throw new InvalidArgument(
                        "fetch layer " + layer,
                        "the document speaks of it and the manifest does not",
                        "make the document again");
            }
            hold.lease.blob(layer);
            blobs.unlessThere(layer, () -> new BlobDownload(session, content, ProgressListener.SILENT).run(blob));
        }
    }

    /// Keeps what is fetched and what is packed from being collected, until it is closed.
    public Hold hold() {
        return new Hold(leases.open());
    }

    public static final class Hold implements AutoCloseable {
        private final Leases.Lease lease;

        private Hold(Leases.Lease lease) {
            this.lease = lease;
        }

        @Override
        public void close() {
            lease.close();
        }
    }

    /// A layer of the plain tar that `writing` writes; it is compressed.
    public Descriptor pack(Spool.Writing writing, Hold hold) throws IOException {
        Digest digest = new Spool(content, hold.lease, random).add(out -> {
            try (var compressed = new ZstdOutputStreamNoFinalizer(new Unclosed(out))) {
                writing.to(compressed);
            }
        });
        long size = content.find(digest).orElseThrow().size();
        return Descriptor.of(MediaTypes.OCI_LAYER + "+zstd", digest, size);
    }

    /// The plain tar of a layer that is here.
    public InputStream open(Digest layer) throws IOException {
        return Compression.decompress(content.open(layer), layer.toString());
    }

    /// Who made the stream below closes it.
    private static final class Unclosed extends FilterOutputStream {
        Unclosed(OutputStream out) {
            super(out);
        }

        @Override
        public void write(byte[] bytes, int from, int length) throws IOException {
            out.write(bytes, from, length);
        }

        @Override
        public void close() throws IOException {
            flush();
        }
    }
}
