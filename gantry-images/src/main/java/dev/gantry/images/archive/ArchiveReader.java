package dev.gantry.images.archive;

import dev.gantry.base.Digest;
import dev.gantry.base.GantryException;
import dev.gantry.base.InvalidArgument;
import dev.gantry.base.Reference;
import dev.gantry.base.Unsupported;
import dev.gantry.images.content.Blob;
import dev.gantry.images.content.BlobReader;
import dev.gantry.images.content.ContentStore;
import dev.gantry.images.document.Descriptor;
import dev.gantry.images.document.Documents;
import dev.gantry.images.document.ImageDocument;
import dev.gantry.images.document.MediaTypes;
import dev.gantry.images.document.Wire;
import dev.gantry.images.gc.Marks;
import dev.gantry.images.layer.Compression;
import dev.gantry.images.layer.TarEntry;
import dev.gantry.images.layer.TarReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.random.RandomGenerator;

/// Reads an archive of images in one pass. Every file goes into the store under its digest as it comes,
/// so the order of the entries does not matter; what the documents do not name is garbage afterwards.
public final class ArchiveReader {
    private static final int MAX_ENTRIES = 200_000;
    private static final int MAX_LINKS = 40;
    private static final long MAX_PADDING = 64 << 20;

    private final ContentStore content;
    private final Spool spool;

    private final Map<String, Digest> files = new HashMap<>();
    private final Map<String, String> links = new HashMap<>();

    public ArchiveReader(ContentStore content, Marks holder, RandomGenerator random) {
        this.content = content;
        this.spool = new Spool(content, holder, random);
    }

    /// A manifest or index that the archive offers, with the names it gives it; both in the store now.
    public record Offered(Digest target, List<Reference.Tagged> names) {
        public Offered {
            names = List.copyOf(names);
        }
    }

    public List<Offered> read(InputStream archive) {
        try (InputStream plain = Compression.decompress(archive, "the archive")) {
            readEntries(plain);
            return file("index.json").isPresent() ? layout() : dockerArchive();
        } catch (IOException e) {
            throw damaged(e.getMessage() == null ? "it ends in the middle" : e.getMessage(), e);
        }
    }

    /// To the end of the padding, where a compressed archive has its checksum and a pipe its writer.
    private void readEntries(InputStream plain) throws IOException {
        TarReader tar = new TarReader(plain, "the archive");
        for (Optional<TarEntry> next = tar.next(); next.isPresent(); next = tar.next()) {
            TarEntry entry = next.get();
            String name = normal(entry.path());
            switch (entry.type()) {
                case FILE -> files.put(name, store(name, entry, tar));
                case HARD_LINK -> links.put(name, normal(entry.link()));
                case SYMLINK -> links.put(name, normal(name.substring(0, name.lastIndexOf('/') + 1) + entry.link()));
                case DIRECTORY, FIFO, CHARACTER_DEVICE, BLOCK_DEVICE -> {}
            }
            if (files.size() + links.size() > MAX_ENTRIES) {
                throw damaged("it has more than " + MAX_ENTRIES + " entries");
            }
        }
        tar.drain(MAX_PADDING);
    }

    /// Without `.`, `..` and doubled slashes; names are keys of a table and lead nowhere.
    private static String normal(String name) {
        List<String> parts = new ArrayList<>();
        for (String part : name.split("/")) {
            if (part.equals("..")) {
                if (!parts.isEmpty()) {
                    parts.removeLast();
                }
            } else if (!part.isEmpty() && !part.equals(".")) {
                parts.add(part);
            }
        }
        return String.join("/", parts);
    }

    private Digest store(String name, TarEntry entry, TarReader tar) throws IOException {
        if (entry.sparse()) {
            throw damaged("its entry " + name + " is a sparse file");
        }
        Optional<Digest> promised = promised(name);
        if (promised.isEmpty()) {
            return spool.add(new Member(tar));
        }
        try {
            spool.add(new Member(tar), promised.get());
        } catch (InvalidArgument e) {
            throw new InvalidArgument("load " + name, e.why(), "save or copy the image again from where it came", e);
        }
        return promised.get();
    }

    /// The bytes of the current entry.
    private static final class Member extends InputStream {
        private final TarReader tar;

        Member(TarReader tar) {
            this.tar = tar;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] bytes, int from, int length) throws IOException {
            return tar.read(bytes, from, length);
        }
    }

    /// OCI image-spec 1.1 §image-layout "Blobs": the path says the digest.
    private static Optional<Digest> promised(String path) {
        String[] parts = path.split("/");
        if (parts.length != 3 || !parts[0].equals("blobs")) {
            return Optional.empty();
        }
        try {
            return Optional.of(Digest.parse(parts[1] + ":" + parts[2]));
        } catch (InvalidArgument _) {
            return Optional.empty();
        }
    }

    // ---- OCI layout

    private List<Offered> layout() {
        ImageDocument document =
                Documents.image(document("index.json"), MediaTypes.OCI_INDEX, "index.json of the archive");
        if (!(document instanceof ImageDocument.Index index)) {
            throw damaged("its index.json is not an index");
        }
        Map<Digest, List<Reference.Tagged>> dockerNames = dockerNamesByConfig();
        List<Offered> offered = new ArrayList<>();
        for (Descriptor entry : index.manifests()) {
            boolean attestation = !entry.platforms().isEmpty()
                    && entry.platforms().getFirst().os().equals("unknown");
            if (attestation) {
                continue;
            }
            Optional<Blob> blob = content.find(entry.digest());
            if (blob.isEmpty() || !files.containsValue(entry.digest())) {
                throw damaged("it does not hold " + entry.digest() + ", which its index.json names");
            }
            List<Reference.Tagged> names = RefNames.of(entry.annotations());
            if (names.isEmpty()) {
                names = configOf(entry).map(dockerNames::get).orElse(List.of());
            }
            offered.add(new Offered(entry.digest(), names));
        }
        if (offered.isEmpty()) {
            throw damaged("its index.json names no image");
        }
        return offered;
    }

    private Optional<Digest> configOf(Descriptor entry) {
        if (entry.size() > Documents.MAX_MANIFEST_BYTES) {
            return Optional.empty();
        }
        return Documents.image(
                                read(entry.digest()),
                                entry.mediaType(),
                                entry.digest().toString())
                        instanceof ImageDocument.Manifest manifest
                ? Optional.of(manifest.config().digest())
                : Optional.empty();
    }

    /// Archives that are both have their names in `manifest.json` only, sometimes.
    private Map<Digest, List<Reference.Tagged>> dockerNamesByConfig() {
        Map<Digest, List<Reference.Tagged>> names = new HashMap<>();
        if (file("manifest.json").isPresent()) {
            for (Wire.ArchiveEntry entry : Documents.archiveEntries(document("manifest.json"), "the archive")) {
                file(Objects.requireNonNullElse(entry.config(), ""))
                        .ifPresent(config -> names.put(config, RefNames.ofTags(entry.repoTags())));
            }
        }
        return names;
    }

    // ---- docker-archive

    private List<Offered> dockerArchive() {
        if (file("manifest.json").isEmpty()) {
            throw damaged("there is neither an index.json nor a manifest.json in it");
        }
        List<Offered> offered = new ArrayList<>();
        for (Wire.ArchiveEntry entry : Documents.archiveEntries(document("manifest.json"), "the archive")) {
            offered.add(new Offered(manifestOf(entry), RefNames.ofTags(entry.repoTags())));
        }
        if (offered.isEmpty()) {
            throw damaged("its manifest.json names no image");
        }
        return offered;
    }

    /// The archive has no manifest in the sense of a registry; ours names the same bytes.
    private Digest manifestOf(Wire.ArchiveEntry entry) {
        Digest config = required(Objects.requireNonNullElse(entry.config(), "its configuration"));
        List<Wire.Descriptor> layers = new ArrayList<>();
        for (String path : Objects.requireNonNullElse(entry.layers(), List.<String>of())) {
            Digest layer = required(path);
            layers.add(descriptor(layerType(layer), layer));
        }
        byte[] manifest = Documents.write(
                new Wire.Document(2, MediaTypes.OCI_MANIFEST, descriptor(MediaTypes.OCI_CONFIG, config), layers, null),
                Wire.Document.class);
        try {
            return spool.add(new ByteArrayInputStream(manifest));
        } catch (IOException e) {
            throw new IllegalStateException("reading from memory cannot fail", e);
        }
    }

    private Wire.Descriptor descriptor(String mediaType, Digest digest) {
        long size = content.find(digest).map(Blob::size).orElse(0L);
        return new Wire.Descriptor(mediaType, digest.toString(), size, null, null);
    }

    private String layerType(Digest layer) {
        try (BlobReader blob = content.open(layer)) {
            return switch (Compression.of(blob.readNBytes(6))) {
                case NONE -> MediaTypes.OCI_LAYER;
                case GZIP -> MediaTypes.OCI_LAYER + "+gzip";
                case ZSTD -> MediaTypes.OCI_LAYER + "+zstd";
                case BZIP2, XZ ->
                    throw new Unsupported(
                            "read layer " + layer,
                            "images have no form for layers compressed with bzip2 or xz",
                            "compress it with gzip or zstd");
            };
        } catch (IOException e) {
            throw damaged("layer " + layer + " cannot be read back", e);
        }
    }

    // ---- files of the archive

    private Digest required(String path) {
        return file(path).orElseThrow(() -> damaged("it does not hold " + path + ", which its manifest.json names"));
    }

    /// Old archives link a layer that occurs twice.
    private Optional<Digest> file(String path) {
        String at = normal(path);
        for (int hops = 0; hops < MAX_LINKS; hops++) {
            Digest digest = files.get(at);
            if (digest != null) {
                return Optional.of(digest);
            }
            String target = links.get(at);
            if (target == null) {
                return Optional.empty();
            }
            at = target;
        }
        return Optional.empty();
    }

    private byte[] document(String path) {
        return read(required(path));
    }

    private byte[] read(Digest digest) {
        try (BlobReader blob = content.open(digest)) {
            if (blob.size() > Documents.MAX_CONFIG_BYTES) {
                throw damaged("a document in it has " + blob.size() + " bytes");
            }
            return blob.readAllBytes();
        } catch (IOException e) {
            throw damaged("document " + digest + " cannot be read back", e);
        }
    }

    private static InvalidArgument damaged(String why) {
        return new InvalidArgument("load the archive", why, "save or copy the image again from where it came");
    }

    private static GantryException damaged(String why, IOException cause) {
        return new InvalidArgument("load the archive", why, "save or copy the image again from where it came", cause);
    }
}
