package dev.gantry.images.image;

import dev.gantry.base.Digest;
import dev.gantry.images.archive.Spool;
import dev.gantry.images.content.Blob;
import dev.gantry.images.content.ContentStore;
import dev.gantry.images.document.Descriptor;
import dev.gantry.images.document.Documents;
import dev.gantry.images.document.MediaTypes;
import dev.gantry.images.document.Wire;
import dev.gantry.images.gc.Marks;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/// The documents of an image that is made here. OCI image-spec 1.1 §manifest.
final class NewImage {
    private final ContentStore content;
    private final Spool spool;

    NewImage(ContentStore content, Spool spool) {
        this.content = content;
        this.spool = spool;
    }

    /// A layer that is in the store as a plain tar.
    static Descriptor plain(ContentStore content, Digest layer) {
        return Descriptor.of(
                MediaTypes.OCI_LAYER, layer, content.find(layer).map(Blob::size).orElse(0L));
    }

    /// The digest of the manifest.
    Digest add(Map<String, Object> config, List<Descriptor> layers) throws IOException {
        return manifest(config, layers, bytes -> spool.add(new ByteArrayInputStream(bytes)));
    }

    /// The same; documents that are in the store already are not written again.
    Digest addOnce(Object config, List<Descriptor> layers, Marks holder) throws IOException {
        return manifest(config, layers, bytes -> put(bytes, holder));
    }

    private interface Putting {
        Digest put(byte[] document) throws IOException;
    }

    private static Digest manifest(Object config, List<Descriptor> layers, Putting putting) throws IOException {
        byte[] bytes = Json.write(config);
        Digest digest = putting.put(bytes);
        Wire.Document manifest = new Wire.Document(
                2,
                MediaTypes.OCI_MANIFEST,
                wire(Descriptor.of(MediaTypes.OCI_CONFIG, digest, bytes.length)),
                layers.stream().map(NewImage::wire).toList(),
                null);
        return putting.put(Documents.write(manifest, Wire.Document.class));
    }

    private Digest put(byte[] bytes, Marks holder) throws IOException {
        Digest digest = Digest.sha256Of(bytes);
        holder.blob(digest);
        return content.find(digest).isPresent() ? digest : spool.add(new ByteArrayInputStream(bytes));
    }

    /// Of an OCI manifest: the names that Docker had for the same forms of layers are not of it.
    private static Wire.Descriptor wire(Descriptor d) {
        return new Wire.Descriptor(MediaTypes.oci(d.mediaType()), d.digest().toString(), d.size(), null, null);
    }
}
