package dev.gantry.images.image;

import dev.gantry.base.Digest;
import dev.gantry.base.InvalidArgument;
import dev.gantry.images.archive.Spool;
import dev.gantry.images.content.ContentStore;
import dev.gantry.images.gc.Leases;
import dev.gantry.images.layer.Compression;
import java.io.IOException;
import java.io.InputStream;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
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
        Map<String, Object> run = Changes.apply(Map.of(), options.changes());
        Spool spool = new Spool(content, lease, random);
        try (InputStream plain = Compression.decompress(tar, "the root file system")) {
            Digest layer = spool.add(plain);
            String now = clock.instant().toString();
            String comment = options.message().isEmpty() ? "Imported from -" : options.message();
            Map<String, Object> config = new TreeMap<>();
            config.put("created", now);
            config.put("architecture", options.platform().architecture());
            config.put("os", options.platform().os());
            if (!options.platform().variant().isEmpty()) {
                config.put("variant", options.platform().variant());
            }
            config.put("config", run);
            config.put("rootfs", Map.of("type", "layers", "diff_ids", List.of(layer.toString())));
            config.put("history", List.of(Map.of("created", now, "comment", comment)));
            return new NewImage(content, spool).add(config, List.of(NewImage.plain(content, layer)));
        } catch (IOException e) {
            throw new InvalidArgument(
                    "import the root file system",
                    e.getMessage() == null ? "it ends in the middle" : e.getMessage(),
                    "make the tar again",
                    e);
        }
    }
}
