package dev.gantry.images.image;

import dev.gantry.base.Digest;
import dev.gantry.base.InvalidArgument;
import dev.gantry.base.NotFound;
import dev.gantry.base.Platform;
import dev.gantry.base.Reference;
import dev.gantry.images.archive.ArchiveReader;
import dev.gantry.images.archive.ArchiveWriter;
import dev.gantry.images.content.Blob;
import dev.gantry.images.content.ContentStore;
import dev.gantry.images.document.Descriptor;
import dev.gantry.images.document.Documents;
import dev.gantry.images.document.ImageDocument;
import dev.gantry.images.gc.Leases;
import dev.gantry.images.progress.ProgressEvent;
import dev.gantry.images.progress.ProgressListener;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;

/// Images from archives and into archives.
final class Loader {
    private final ContentStore content;
    private final Catalog catalog;
    private final Unpacker unpacker;
    private final Names names;
    private final RandomGenerator random;

    Loader(ContentStore content, Catalog catalog, Unpacker unpacker, Names names, RandomGenerator random) {
        this.content = content;
        this.catalog = catalog;
        this.unpacker = unpacker;
        this.names = names;
        this.random = random;
    }

    /// All images are complete, unpacked and verified before the first gets a name.
    List<Images.Loaded> load(
            InputStream archive, Optional<Platform> platform, Leases.Lease lease, ProgressListener progress) {
        List<ArchiveReader.Offered> offered = new ArchiveReader(content, lease, random).read(archive);
        catalog.forget();
        Map<ArchiveReader.Offered, StoredImage> images = new LinkedHashMap<>();
        for (ArchiveReader.Offered offer : offered) {
            catalog.mark(offer.target(), lease);
            StoredImage image = complete(offer, platform);
            images.put(offer, image);
            unpack(image, progress);
        }
        Map<Image.Id, List<Reference.Tagged>> loaded = new LinkedHashMap<>();
        images.forEach((offer, image) -> {
            names.put(List.copyOf(offer.names()), named(offer.target(), image, platform));
            loaded.computeIfAbsent(image.id(), _ -> new ArrayList<>()).addAll(offer.names());
            Digest id = image.id().digest();
            offer.names().forEach(n -> progress.on(new ProgressEvent.Named(n, id)));
            if (offer.names().isEmpty()) {
                progress.on(new ProgressEvent.Unnamed(id));
            }
        });
        return loaded.entrySet().stream()
                .map(e -> new Images.Loaded(e.getKey(), e.getValue()))
                .toList();
    }

    /// Also says of layers that are unpacked already that they are done, as a pull does.
    void unpack(StoredImage image, ProgressListener progress) {
        for (StoredImage.Layer layer : image.layers()) {
            progress.on(new ProgressEvent.LayerKnown(
                    layer.blob().digest(), layer.blob().size()));
        }
        unpacker.unpack(image, progress);
        for (StoredImage.Layer layer : image.layers()) {
            progress.on(new ProgressEvent.LayerDone(layer.blob().digest()));
        }
    }

    /// Of one platform only, the name means its manifest: an index would name what is not here.
    private static Digest named(Digest target, StoredImage image, Optional<Platform> platform) {
        return platform.isPresent() ? image.manifest().digest() : target;
    }

    void save(List<String> userReferences, Optional<Platform> platform, OutputStream out, Leases.Lease lease) {
        Map<Digest, ArchiveWriter.Item> items = new LinkedHashMap<>();
        for (String text : userReferences) {
            StoredImage image = StoredImage.chosen(text, names.find(text), platform);
            catalog.mark(image.target(), lease);
            List<Reference.Tagged> named = names.row(text)
                    .map(Reference::parse)
                    .filter(Reference.Tagged.class::isInstance)
                    .map(Reference.Tagged.class::cast)
                    .map(List::of)
                    .orElse(List.of());
            items.merge(
                    named(image.target(), image, platform),
                    new ArchiveWriter.Item(
                            platform.isPresent() ? image.manifest() : top(image),
                            image.manifest(),
                            image.document(),
                            named),
                    Loader::withNamesOfBoth);
        }
        new ArchiveWriter(content).write(List.copyOf(items.values()), out);
    }

    private static ArchiveWriter.Item withNamesOfBoth(ArchiveWriter.Item a, ArchiveWriter.Item b) {
        List<Reference.Tagged> both = new ArrayList<>(a.names());
        b.names().stream().filter(n -> !both.contains(n)).forEach(both::add);
        return new ArchiveWriter.Item(a.top(), a.manifest(), a.document(), both);
    }

    private Descriptor top(StoredImage image) {
        if (image.target().equals(image.manifest().digest())) {
            return image.manifest();
        }
        byte[] bytes = catalog.bytes(image.target(), Documents.MAX_MANIFEST_BYTES);
        return Descriptor.of(
                Documents.image(bytes, "", image.target().toString()).mediaType(), image.target(), bytes.length);
    }

    private StoredImage complete(ArchiveReader.Offered offer, Optional<Platform> platform) {
        Digest target = offer.target();
        List<StoredImage> images = catalog.images(target);
        if (!images.isEmpty()) {
            String name = offer.names().isEmpty()
                    ? target.toString()
                    : offer.names().getFirst().familiar();
            try {
                return StoredImage.chosen(name, images, platform);
            } catch (NotFound e) {
                // The archive is wrong: what was read of it goes.
                throw new InvalidArgument("load the archive", e.why(), e.todo(), e);
            }
        }
        throw new InvalidArgument(
                "load the archive",
                "it does not hold " + missing(target) + ", which the image needs",
                "save or copy the image again from where it came");
    }

    /// The first thing that keeps the target from being an image, for the message.
    private String missing(Digest target) {
        byte[] bytes = catalog.bytes(target, Documents.MAX_MANIFEST_BYTES);
        return switch (Documents.image(bytes, "", target.toString())) {
            case ImageDocument.Manifest manifest -> missing(manifest);
            case ImageDocument.Index index -> {
                for (Descriptor entry : index.manifests()) {
                    if (content.find(entry.digest()).map(Blob::size).orElse(Long.MAX_VALUE)
                                    <= Documents.MAX_MANIFEST_BYTES
                            && Documents.image(
                                            catalog.bytes(entry.digest(), Documents.MAX_MANIFEST_BYTES),
                                            entry.mediaType(),
                                            entry.digest().toString())
                                    instanceof ImageDocument.Manifest manifest) {
                        yield missing(manifest);
                    }
                }
                yield "any of the images of index " + target;
            }
        };
    }

    private String missing(ImageDocument.Manifest manifest) {
        if (content.find(manifest.config().digest()).isEmpty()) {
            return "configuration " + manifest.config().digest();
        }
        return manifest.layers().stream()
                .filter(l -> content.find(l.digest()).isEmpty())
                .findFirst()
                .map(l -> "layer " + l.digest())
                .orElse("all of its layers");
    }
}
