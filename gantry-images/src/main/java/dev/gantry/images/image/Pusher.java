package dev.gantry.images.image;

import dev.gantry.base.Digest;
import dev.gantry.base.NotFound;
import dev.gantry.base.Platform;
import dev.gantry.base.Reference;
import dev.gantry.base.Repository;
import dev.gantry.images.content.ContentStore;
import dev.gantry.images.document.Descriptor;
import dev.gantry.images.document.Documents;
import dev.gantry.images.document.ImageDocument;
import dev.gantry.images.document.PlatformMatch;
import dev.gantry.images.gc.Leases;
import dev.gantry.images.progress.ProgressEvent;
import dev.gantry.images.progress.ProgressListener;
import dev.gantry.images.registry.Credentials;
import dev.gantry.images.registry.RegistryClient;
import dev.gantry.images.registry.RegistryUpload;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Brings an image to a registry: layers and configuration first, then the manifest, under the name. An index goes
/// whole
/// when all that it names is here; else the image of one platform goes under the name.
final class Pusher {
    private final RegistryClient client;
    private final ContentStore content;
    private final Names names;
    private final Catalog catalog;

    Pusher(RegistryClient client, ContentStore content, Names names, Catalog catalog) {
        this.client = client;
        this.content = content;
        this.names = names;
        this.catalog = catalog;
    }

    void push(
            Reference.Tagged name,
            Optional<Platform> platform,
            Credentials credentials,
            Leases.Lease lease,
            ProgressListener progress) {
        progress.on(new ProgressEvent.Pushing(name));
        Digest target = names.target(name)
                .orElseThrow(() -> new NotFound(
                        "push " + name.familiar(),
                        "An image does not exist locally with the tag: "
                                + name.repository().familiar(),
                        "tag it first"));
        catalog.mark(target, lease);
        List<StoredImage> here = catalog.images(target);
        byte[] top = catalog.bytes(target, Documents.MAX_MANIFEST_BYTES);
        boolean whole = platform.isEmpty() && isWhole(top, target, here.size());
        List<StoredImage> images = whole ? here : List.of(chosen(name, here, platform));
        RegistryUpload upload = client.openToPush(name.repository(), credentials);
        images.forEach(image -> layers(image, upload, name.repository(), progress));
        Digest pushed = target;
        byte[] last = top;
        for (StoredImage image : images) {
            pushed = image.manifest().digest();
            last = catalog.bytes(pushed, Documents.MAX_MANIFEST_BYTES);
            boolean named = !whole || pushed.equals(target);
            Reference as = named ? name : new Reference.Pinned(name.repository(), pushed);
            upload.manifest(as, image.document().mediaType(), last, pushed);
        }
        if (whole && !pushed.equals(target)) {
            pushed = target;
            last = top;
            upload.manifest(name, mediaType(top, target), top, target);
        }
        names.put(List.of(new Reference.Pinned(name.repository(), pushed)), target);
        progress.on(new ProgressEvent.Pushed(name, pushed, last.length));
    }

    private static boolean isWhole(byte[] top, Digest target, int here) {
        return !(Documents.image(top, "", target.toString()) instanceof ImageDocument.Index index)
                || index.manifests().size() == here;
    }

    private static String mediaType(byte[] top, Digest target) {
        return switch (Documents.image(top, "", target.toString())) {
            case ImageDocument.Index index -> index.mediaType();
            case ImageDocument.Manifest manifest -> manifest.mediaType();
        };
    }

    private static StoredImage chosen(Reference.Tagged name, List<StoredImage> here, Optional<Platform> platform) {
        return here.stream()
                .filter(i -> platform.isEmpty()
                        || PlatformMatch.rank(i.config().platform(), platform.get())
                                .isPresent())
                .findFirst()
                .orElseThrow(() -> new NotFound(
                        "push " + name.familiar(),
                        "image with reference " + name.familiar()
                                + " was found but does not provide the specified platform",
                        "pull it for that platform, or leave the platform out"));
    }

    private void layers(StoredImage image, RegistryUpload upload, Repository to, ProgressListener progress) {
        List<Descriptor> blobs = new ArrayList<>();
        image.layers().stream()
                .map(StoredImage.Layer::blob)
                .filter(blob -> blobs.stream().noneMatch(b -> b.digest().equals(blob.digest())))
                .forEach(blobs::add);
        blobs.forEach(b -> progress.on(new ProgressEvent.LayerKnown(b.digest(), b.size())));
        for (Descriptor blob : blobs) {
            upload.blob(content, blob.digest(), blob.size(), elsewhere(blob.digest(), to), progress);
        }
        Descriptor config = image.document().config();
        upload.blob(content, config.digest(), config.size(), ProgressListener.SILENT);
    }

    /// Another repository of the same registry that has the layer, as far as names say.
    private String elsewhere(Digest layer, Repository to) {
        for (Names.Named named : names.byImage()) {
            boolean has = named.image().layers().stream()
                    .anyMatch(l -> l.blob().digest().equals(layer));
            if (!has) {
                continue;
            }
            for (ImageTable.Entry row : named.rows()) {
                if (Names.isNameless(row)) {
                    continue;
                }
                Repository other = Reference.parse(row.name()).repository();
                if (other.domain().equals(to.domain()) && !other.path().equals(to.path())) {
                    return other.path();
                }
            }
        }
        return "";
    }
}
