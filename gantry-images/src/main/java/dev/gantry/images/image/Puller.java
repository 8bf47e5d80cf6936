package dev.gantry.images.image;

import dev.gantry.base.Digest;
import dev.gantry.base.Forbidden;
import dev.gantry.base.GantryException;
import dev.gantry.base.InvalidArgument;
import dev.gantry.base.NotFound;
import dev.gantry.base.Parallel;
import dev.gantry.base.Platform;
import dev.gantry.base.Reference;
import dev.gantry.base.Unavailable;
import dev.gantry.base.Unsupported;
import dev.gantry.images.document.Descriptor;
import dev.gantry.images.document.Documents;
import dev.gantry.images.document.ImageConfig;
import dev.gantry.images.document.ImageDocument;
import dev.gantry.images.document.PlatformMatch;
import dev.gantry.images.gc.Leases;
import dev.gantry.images.progress.ProgressEvent;
import dev.gantry.images.progress.ProgressListener;
import dev.gantry.images.registry.BlobDownload;
import dev.gantry.images.registry.Credentials;
import dev.gantry.images.registry.Fetched;
import dev.gantry.images.registry.RegistryClient;
import dev.gantry.images.registry.RegistrySession;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Semaphore;

/// Brings an image from a registry: documents first, then layers side by side, each unpacked as soon as
/// it is here while others still come. The name is given last.
final class Puller {
    private final RegistryClient client;
    private final Blobs blobs;
    private final Unpacker unpacker;
    private final Names names;
    private final Catalog catalog;

    Puller(RegistryClient client, Blobs blobs, Unpacker unpacker, Names names, Catalog catalog) {
        this.client = client;
        this.blobs = blobs;
        this.unpacker = unpacker;
        this.names = names;
        this.catalog = catalog;
    }

    StoredImage pull(
            Reference reference,
            Platform platform,
            Credentials credentials,
            Leases.Lease lease,
            ProgressListener progress) {
        progress.on(new ProgressEvent.Resolving(reference));
        List<GantryException> passedOver = new ArrayList<>();
        for (RegistrySession mirror : client.mirrors(reference.repository())) {
            try {
                return pull(reference, platform, mirror, lease, progress);
            } catch (NotFound | Unavailable | Forbidden e) {
                passedOver.add(e);
            }
        }
        try {
            return pull(reference, platform, client.open(reference.repository(), credentials), lease, progress);
        } catch (GantryException e) {
            passedOver.forEach(e::addSuppressed);
            throw e;
        }
    }

    private StoredImage pull(
            Reference reference,
            Platform platform,
            RegistrySession session,
            Leases.Lease lease,
            ProgressListener progress) {
        Fetched top = session.manifest(reference);
        progress.on(new ProgressEvent.Resolved(reference, top.digest()));
        StoredImage image = documents(reference, platform, session, top, lease);
        layers(image, session, lease, progress);
        boolean changed = !names.target(reference).equals(java.util.Optional.of(top.digest()));
        List<Reference> given = new ArrayList<>();
        given.add(reference);
        given.add(new Reference.Pinned(reference.repository(), top.digest()));
        catalog.forget();
        names.put(given.stream().distinct().toList(), top.digest());
        progress.on(new ProgressEvent.Pulled(reference, top.digest(), changed));
        return image;
    }

    private StoredImage documents(
            Reference reference, Platform platform, RegistrySession session, Fetched top, Leases.Lease lease) {
        String name = reference.familiar();
        Descriptor descriptor = Descriptor.of(top.mediaType(), top.digest(), top.bytes().length);
        ImageDocument document = Documents.image(top.bytes(), top.mediaType(), name);
        keep(top, lease);
        if (document instanceof ImageDocument.Index index) {
            descriptor = index.choose(platform)
                    .orElseThrow(() -> new NotFound(
                            "pull " + name,
                            "no matching manifest for " + platform + " in the manifest list entries",
                            "choose one of " + platforms(index)));
            Fetched chosen = session.manifest(descriptor);
            document = Documents.image(chosen.bytes(), chosen.mediaType(), name);
            keep(chosen, lease);
        }
        if (!(document instanceof ImageDocument.Manifest manifest)) {
            throw new Unsupported("pull " + name, "its index names another index", "pull the inner one by digest");
        }
        ImageConfig config = config(name, manifest, session, lease);
        checkPlatform(name, platform, config.platform());
        return StoredImage.of(top.digest(), descriptor, manifest, config, name);
    }

    private ImageConfig config(
            String name, ImageDocument.Manifest manifest, RegistrySession session, Leases.Lease lease) {
        Descriptor config = manifest.config();
        if (config.size() > Documents.MAX_CONFIG_BYTES) {
            throw new InvalidArgument(
                    "pull " + name,
                    "its configuration has " + config.size() + " bytes and the limit is " + Documents.MAX_CONFIG_BYTES,
                    "build the image with less in labels and environment");
        }
        lease.blob(config.digest());
        blobs.unlessThere(
                config.digest(), () -> new BlobDownload(session, blobs.content(), ProgressListener.SILENT).run(config));
        return Documents.config(catalog.bytes(config.digest(), Documents.MAX_CONFIG_BYTES), name);
    }

    private void keep(Fetched document, Leases.Lease lease) {
        lease.blob(document.digest());
        blobs.put(document.digest(), document.bytes());
    }

    private void layers(StoredImage image, RegistrySession session, Leases.Lease lease, ProgressListener progress) {
        // One image may have the same layer several times, each time on another base.
        Map<Digest, List<StoredImage.Layer>> uses = new LinkedHashMap<>();
        for (StoredImage.Layer layer : image.layers()) {
            uses.computeIfAbsent(layer.blob().digest(), _ -> new ArrayList<>()).add(layer);
        }
        for (List<StoredImage.Layer> same : uses.values()) {
            Descriptor blob = same.getFirst().blob();
            lease.blob(blob.digest());
            same.forEach(l -> lease.layer(l.chain()));
            progress.on(new ProgressEvent.LayerKnown(blob.digest(), blob.size()));
        }
        Semaphore transfers = new Semaphore(client.options().parallelDownloads());
        try (Unpacker.Batch batch = unpacker.batch(image)) {
            Parallel.map(List.copyOf(uses.values()), Math.max(1, uses.size()), same -> {
                layer(same, session, transfers, batch, progress);
                return same;
            });
            batch.finish();
        }
    }

    private void layer(
            List<StoredImage.Layer> same,
            RegistrySession session,
            Semaphore transfers,
            Unpacker.Batch batch,
            ProgressListener progress) {
        Descriptor blob = same.getFirst().blob();
        boolean fetched = fetch(blob, session, transfers, progress);
        if (!fetched && unpacker.unpacked(same)) {
            progress.on(new ProgressEvent.LayerExists(blob.digest()));
            return;
        }
        same.forEach(l -> batch.unpack(l, progress));
        progress.on(new ProgressEvent.LayerDone(blob.digest()));
    }

    private boolean fetch(Descriptor blob, RegistrySession session, Semaphore transfers, ProgressListener progress) {
        if (blobs.content().find(blob.digest()).isPresent()) {
            return false;
        }
        try {
            transfers.acquire();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Unavailable("pull layer " + blob.digest(), "the thread was interrupted", "pull again", e);
        }
        try {
            return blobs.unlessThere(
                    blob.digest(), () -> new BlobDownload(session, blobs.content(), progress).run(blob));
        } finally {
            transfers.release();
        }
    }

    /// An image without an index may be for any platform; only one that was asked for by name is
    /// insisted on.
    private static void checkPlatform(String name, Platform wanted, Platform actual) {
        if (!wanted.equals(Platform.host())
                && PlatformMatch.rank(actual, wanted).isEmpty()) {
            throw new NotFound(
                    "pull " + name,
                    "image with reference " + name + " was found but does not match the specified platform: wanted "
                            + wanted + ", actual: " + actual,
                    "leave the platform out, or choose another image");
        }
    }

    private static String platforms(ImageDocument.Index index) {
        return String.join(
                ", ",
                index.manifests().stream()
                        .filter(d -> !d.platforms().isEmpty() && !Catalog.isAttestation(d))
                        .map(d -> d.platforms().getFirst().toString())
                        .limit(20)
                        .toList());
    }
}
