package dev.gantry.images.image;

import dev.gantry.base.Digest;
import dev.gantry.base.InvalidArgument;
import dev.gantry.images.archive.Spool;
import dev.gantry.images.content.Blob;
import dev.gantry.images.content.ContentStore;
import dev.gantry.images.document.Documents;
import dev.gantry.images.document.MediaTypes;
import dev.gantry.images.document.Wire;
import dev.gantry.images.gc.Leases;
import dev.gantry.images.layer.Compression;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Clock;
import java.util.List;
import java.util.random.RandomGenerator;

/// Makes an image of one layer from a tar. The layer is kept plain: compressing it would cost more than
/// it saves here.
final class Importer {
    private final ContentStore content;
    private final Clock clock;
    private final RandomGenerator random;

    Importer(ContentStore content, Clock clock, RandomGenerator random) {
        this.content = content;
        this.clock = clock;
        this.random = random;
    }

    /// The manifest of the new image; it and what it names are in the store and held by the lease.
    Digest store(InputStream tar, Images.ImportOptions options, Leases.Lease lease) {
        Wire.Run run = Changes.apply(options.changes());
        Spool spool = new Spool(content, lease, random);
        try (InputStream plain = Compression.decompress(tar, "the root file system")) {
            Digest layer = spool.add(plain);
            String now = clock.instant().toString();
            String comment = options.message().isEmpty() ? "Imported from -" : options.message();
            Wire.Config config = new Wire.Config(
                    now,
                    null,
                    options.platform().architecture(),
                    options.platform().os(),
                    options.platform().variant().isEmpty()
                            ? null
                            : options.platform().variant(),
                    run,
                    new Wire.RootFs("layers", List.of(layer.toString())),
                    List.of(new Wire.History(now, null, null, comment, null)));
            Digest configDigest = spool.add(new ByteArrayInputStream(Documents.write(config, Wire.Config.class)));
            Wire.Document manifest = new Wire.Document(
                    2,
                    MediaTypes.OCI_MANIFEST,
                    descriptor(MediaTypes.OCI_CONFIG, configDigest),
                    List.of(descriptor(MediaTypes.OCI_LAYER, layer)),
                    null);
            return spool.add(new ByteArrayInputStream(Documents.write(manifest, Wire.Document.class)));
        } catch (IOException e) {
            throw new InvalidArgument(
                    "import the root file system",
                    e.getMessage() == null ? "it ends in the middle" : e.getMessage(),
                    "make the tar again",
                    e);
        }
    }

    private Wire.Descriptor descriptor(String mediaType, Digest digest) {
        return new Wire.Descriptor(
                mediaType,
                digest.toString(),
                content.find(digest).map(Blob::size).orElse(0L),
                null,
                null);
    }
}
