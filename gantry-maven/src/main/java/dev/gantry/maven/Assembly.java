package dev.gantry.maven;

import dev.gantry.base.Digest;
import dev.gantry.base.Unavailable;
import dev.gantry.base.Unsupported;
import dev.gantry.images.archive.Spool;
import dev.gantry.images.content.Blob;
import dev.gantry.images.content.ContentStore;
import dev.gantry.images.document.Descriptor;
import dev.gantry.images.document.Documents;
import dev.gantry.images.document.ImageDocument;
import dev.gantry.images.document.MediaTypes;
import dev.gantry.images.document.Wire;
import dev.gantry.java.AppLayer;
import dev.gantry.java.LayerTar;
import dev.gantry.java.ProjectFiles;
import dev.gantry.java.Recipe;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/// Makes images of recipes in a store. Layers are plain tars: what compresses the same bytes differs from JDK to JDK.
final class Assembly {
    private final ContentStore content;
    private final Spool spool;

    Assembly(ContentStore content, Spool spool) {
        this.content = content;
        this.spool = spool;
    }

    /// An image in the store.
    record Made(Descriptor manifest, ImageDocument.Manifest document) {}

    Made make(Base base, Recipe recipe, ProjectFiles files) {
        if (!recipe.commands().isEmpty() || recipe.training().isPresent()) {
            throw new Unsupported(
                    "make the image",
                    "run and aot run programs in it, and there is no engine inside of Maven",
                    "leave them out, or use gantry build");
        }
        String created = String.valueOf(base.config().getOrDefault("created", "1980-01-01T00:00:00Z"));
        try {
            List<Digest> added = new ArrayList<>();
            for (AppLayer layer : recipe.layers()) {
                added.add(spool.add(out -> LayerTar.write(layer, files, Instant.parse(created), out)));
            }
            byte[] config = Json.write(Documented.config(base, recipe, added, created));
            return manifest(
                    Descriptor.of(MediaTypes.OCI_CONFIG, put(config), config.length),
                    Stream.concat(base.layers().stream(), added.stream().map(this::layer))
                            .toList());
        } catch (IOException e) {
            throw new Unavailable("make the image", String.valueOf(e.getMessage()), "look at the disk", e);
        }
    }

    private Descriptor layer(Digest digest) {
        return Descriptor.of(
                MediaTypes.OCI_LAYER,
                digest,
                content.find(digest).map(Blob::size).orElse(0L));
    }

    private Made manifest(Descriptor config, List<Descriptor> layers) throws IOException {
        var wire = new Wire.Document(
                2,
                MediaTypes.OCI_MANIFEST,
                wire(config),
                layers.stream().map(Assembly::wire).toList(),
                null);
        byte[] bytes = Documents.write(wire, Wire.Document.class);
        return new Made(
                Descriptor.of(MediaTypes.OCI_MANIFEST, put(bytes), bytes.length),
                new ImageDocument.Manifest(MediaTypes.OCI_MANIFEST, config, layers));
    }

    private Digest put(byte[] bytes) throws IOException {
        return spool.add(new ByteArrayInputStream(bytes));
    }

    private static Wire.Descriptor wire(Descriptor d) {
        return new Wire.Descriptor(MediaTypes.oci(d.mediaType()), d.digest().toString(), d.size(), null, null);
    }
}
