package dev.gantry.images.image;

import dev.gantry.base.Digest;
import dev.gantry.base.InvalidArgument;
import dev.gantry.base.Platform;
import dev.gantry.images.content.BlobReader;
import dev.gantry.images.content.ContentStore;
import dev.gantry.images.document.Descriptor;
import dev.gantry.images.document.Documents;
import dev.gantry.images.document.ImageConfig;
import dev.gantry.images.document.ImageDocument;
import dev.gantry.images.document.PlatformMatch;
import dev.gantry.images.gc.Marks;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// The documents in the content store, read once and kept: what a digest means never changes, only
/// whether it is there.
final class Catalog {
    private final ContentStore content;

    /// Replaced as a whole, so that what was read before [#forget] and is kept after it is kept nowhere: a
    /// sweep that took it for the truth would delete what has come since.
    private volatile Map<Digest, List<StoredImage>> known = new ConcurrentHashMap<>();

    Catalog(ContentStore content) {
        this.content = content;
    }

    /// The images of a target that are here, the one this host would take first; empty when none of it
    /// is.
    List<StoredImage> images(Digest target) {
        Map<Digest, List<StoredImage>> kept = known;
        List<StoredImage> images = kept.get(target);
        if (images == null) {
            images = read(target);
            if (!images.isEmpty()) {
                kept.put(target, images);
            }
        }
        return images;
    }

    /// To be called when blobs came or went.
    void forget() {
        known = new ConcurrentHashMap<>();
    }

    /// Everything in the store that `target` needs.
    void mark(Digest target, Marks marks) {
        marks.blob(target);
        for (StoredImage image : images(target)) {
            marks.blob(image.manifest().digest());
            marks.blob(image.document().config().digest());
            for (StoredImage.Layer layer : image.layers()) {
                marks.blob(layer.blob().digest());
                marks.layer(layer.chain());
            }
        }
    }

    byte[] bytes(Digest digest, int limit) {
        try (BlobReader blob = content.open(digest)) {
            if (blob.size() > limit) {
                throw new InvalidArgument(
                        "read document " + digest,
                        "it has " + blob.size() + " bytes and the limit is " + limit,
                        "fetch or save the image again from where it came");
            }
            return blob.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException("read blob " + digest, e);
        }
    }

    private List<StoredImage> read(Digest target) {
        if (content.find(target).isEmpty()) {
            return List.of();
        }
        byte[] bytes = bytes(target, Documents.MAX_MANIFEST_BYTES);
        return switch (Documents.image(bytes, "", target.toString())) {
            case ImageDocument.Manifest manifest ->
                present(manifest)
                        ? List.of(one(target, Descriptor.of(manifest.mediaType(), target, bytes.length), manifest))
                        : List.of();
            case ImageDocument.Index index -> of(target, index);
        };
    }

    private List<StoredImage> of(Digest target, ImageDocument.Index index) {
        Platform host = Platform.host();
        List<StoredImage> images = new ArrayList<>();
        for (Descriptor entry : index.manifests()) {
            if (entry.size() > Documents.MAX_MANIFEST_BYTES
                    || content.find(entry.digest()).isEmpty()
                    || isAttestation(entry)) {
                continue;
            }
            byte[] bytes = bytes(entry.digest(), Documents.MAX_MANIFEST_BYTES);
            if (Documents.image(bytes, entry.mediaType(), entry.digest().toString())
                            instanceof ImageDocument.Manifest manifest
                    && present(manifest)) {
                images.add(one(target, entry, manifest));
            }
        }
        images.sort(Comparator.comparingInt(
                i -> PlatformMatch.rank(i.config().platform(), host).orElse(Integer.MAX_VALUE)));
        return images;
    }

    private StoredImage one(Digest target, Descriptor manifest, ImageDocument.Manifest document) {
        String name = manifest.digest().toString();
        ImageConfig config = Documents.config(bytes(document.config().digest(), Documents.MAX_CONFIG_BYTES), name);
        return StoredImage.of(target, manifest, document, config, name);
    }

    private boolean present(ImageDocument.Manifest manifest) {
        return content.find(manifest.config().digest()).isPresent()
                && manifest.layers().stream()
                        .allMatch(l -> content.find(l.digest()).isPresent());
    }

    /// Build tools put statements about an image beside it in the index, for no platform.
    static boolean isAttestation(Descriptor entry) {
        return !entry.platforms().isEmpty() && entry.platforms().getFirst().os().equals("unknown");
    }
}
