package dev.gantry.images.image;

import dev.gantry.base.Digest;
import dev.gantry.base.InvalidArgument;
import dev.gantry.base.Platform;
import dev.gantry.images.content.Blob;
import dev.gantry.images.content.ContentStore;
import dev.gantry.images.document.Descriptor;
import dev.gantry.images.document.Documents;
import dev.gantry.images.document.ImageDocument;
import dev.gantry.images.snapshot.Snapshotter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// What a name means, manifest by manifest.
final class VariantList {
    /// What build tools write beside a statement about an image. BuildKit, "Attestation storage".
    private static final String ABOUT = "vnd.docker.reference.digest";

    private final ContentStore content;
    private final Catalog catalog;
    private final Snapshotter snapshots;

    VariantList(ContentStore content, Catalog catalog, Snapshotter snapshots) {
        this.content = content;
        this.catalog = catalog;
        this.snapshots = snapshots;
    }

    Images.Variants of(Digest target) {
        byte[] bytes = catalog.bytes(target, Documents.MAX_MANIFEST_BYTES);
        return switch (Documents.image(bytes, "", target.toString())) {
            case ImageDocument.Manifest manifest -> {
                Descriptor itself = Descriptor.of(manifest.mediaType(), target, bytes.length);
                yield new Images.Variants(itself, List.of(variant(target, itself)));
            }
            case ImageDocument.Index index -> {
                List<Images.Variant> all = new ArrayList<>();
                index.manifests().forEach(entry -> all.add(variant(target, entry)));
                yield new Images.Variants(Descriptor.of(index.mediaType(), target, bytes.length), all);
            }
        };
    }

    private Images.Variant variant(Digest target, Descriptor entry) {
        Optional<StoredImage> here = catalog.images(target).stream()
                .filter(i -> i.manifest().digest().equals(entry.digest()))
                .findFirst();
        Platform platform = here.map(i -> i.config().platform())
                .orElseGet(() -> entry.platforms().isEmpty()
                        ? new Platform("unknown", "unknown", "")
                        : entry.platforms().getFirst());
        long unpacked = here.stream()
                .flatMap(i -> i.layers().stream())
                .mapToLong(l -> snapshots.contentBytes(l.chain()))
                .sum();
        return new Images.Variant(
                entry, here.map(StoredImage::id), about(entry), platform, contentBytes(here, entry), unpacked);
    }

    private long contentBytes(Optional<StoredImage> here, Descriptor entry) {
        if (here.isEmpty()) {
            return size(entry.digest());
        }
        ImageDocument.Manifest document = here.get().document();
        return size(entry.digest())
                + size(document.config().digest())
                + document.layers().stream().mapToLong(l -> size(l.digest())).sum();
    }

    private long size(Digest digest) {
        return content.find(digest).map(Blob::size).orElse(0L);
    }

    private static Optional<Digest> about(Descriptor entry) {
        String text = entry.annotations().getOrDefault(ABOUT, "");
        try {
            return text.isEmpty() ? Optional.empty() : Optional.of(Digest.parse(text));
        } catch (InvalidArgument e) {
            return Optional.empty();
        }
    }
}
