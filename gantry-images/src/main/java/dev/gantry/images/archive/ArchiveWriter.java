package dev.gantry.images.archive;

import dev.gantry.base.Digest;
import dev.gantry.base.Reference;
import dev.gantry.base.Unavailable;
import dev.gantry.images.content.BlobReader;
import dev.gantry.images.content.ContentStore;
import dev.gantry.images.document.Descriptor;
import dev.gantry.images.document.Documents;
import dev.gantry.images.document.ImageDocument;
import dev.gantry.images.document.MediaTypes;
import dev.gantry.images.document.Wire;
import dev.gantry.images.layer.TarEntry;
import dev.gantry.images.layer.TarWriter;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Writes images as an OCI layout with a `manifest.json` beside it, as Docker does since 25.0: one tar
/// that both kinds of readers understand. Blobs go out as they are, so digests stay what they were.
/// Documents come first.
public final class ArchiveWriter {
    private final ContentStore content;

    public ArchiveWriter(ContentStore content) {
        this.content = content;
    }

    /// One image to write. `top` is what the names mean: the manifest itself or its index.
    public record Item(
            Descriptor top, Descriptor manifest, ImageDocument.Manifest document, List<Reference.Tagged> names) {
        public Item {
            names = List.copyOf(names);
        }
    }

    public void write(List<Item> items, OutputStream out) {
        write(items, ArchiveForm.DOCKER, out);
    }

    public void write(List<Item> items, ArchiveForm form, OutputStream out) {
        try {
            TarWriter tar = new TarWriter(out);
            file(tar, "oci-layout", Documents.write(new Wire.Layout("1.0.0"), Wire.Layout.class));
            file(tar, "index.json", index(items));
            if (form == ArchiveForm.DOCKER) {
                file(tar, "manifest.json", manifest(items));
            }
            for (Digest digest : blobs(items)) {
                try (BlobReader blob = content.open(digest)) {
                    tar.write(entry(path(digest), blob.size()), blob);
                }
            }
            tar.finish();
        } catch (IOException e) {
            throw new Unavailable(
                    "save images", "the archive cannot be written: " + e.getMessage(), "check the disk or the pipe", e);
        }
    }

    private static void file(TarWriter tar, String path, byte[] bytes) throws IOException {
        tar.write(entry(path, bytes.length), new ByteArrayInputStream(bytes));
    }

    /// The same for everybody and at any time, so that the same images give the same archive.
    private static TarEntry entry(String path, long size) {
        return new TarEntry(
                TarEntry.Type.FILE, path, "", 0644, 0, 0, size, Instant.EPOCH, 0, 0, Map.of(), false, List.of());
    }

    private static byte[] index(List<Item> items) {
        List<Wire.Descriptor> entries = new ArrayList<>();
        for (Item item : items) {
            if (item.names().isEmpty()) {
                entries.add(descriptor(item.top(), Map.of()));
            }
            for (Reference.Tagged name : item.names()) {
                Map<String, String> annotations = new LinkedHashMap<>();
                annotations.put(RefNames.FULL_NAME, name.toString());
                annotations.put(RefNames.REF_NAME, name.tag());
                entries.add(descriptor(item.top(), annotations));
            }
        }
        return Documents.write(new Wire.Document(2, MediaTypes.OCI_INDEX, null, null, entries), Wire.Document.class);
    }

    private static byte[] manifest(List<Item> items) {
        List<Wire.ArchiveEntry> entries = new ArrayList<>();
        for (Item item : items) {
            entries.add(new Wire.ArchiveEntry(
                    path(item.document().config().digest()),
                    item.names().stream().map(Reference::familiar).toList(),
                    item.document().layers().stream().map(l -> path(l.digest())).toList()));
        }
        return Documents.writeArchiveEntries(entries);
    }

    private static Set<Digest> blobs(List<Item> items) {
        Set<Digest> digests = new LinkedHashSet<>();
        for (Item item : items) {
            digests.add(item.top().digest());
            digests.add(item.manifest().digest());
            digests.add(item.document().config().digest());
            item.document().layers().forEach(l -> digests.add(l.digest()));
        }
        return digests;
    }

    private static Wire.Descriptor descriptor(Descriptor top, Map<String, String> annotations) {
        return new Wire.Descriptor(
                top.mediaType(), top.digest().toString(), top.size(), annotations.isEmpty() ? null : annotations, null);
    }

    private static String path(Digest digest) {
        return "blobs/" + digest.algorithm().wireName() + "/" + digest.hex();
    }
}
