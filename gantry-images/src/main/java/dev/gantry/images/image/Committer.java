package dev.gantry.images.image;

import dev.gantry.base.Digest;
import dev.gantry.base.Unavailable;
import dev.gantry.images.archive.Spool;
import dev.gantry.images.content.ContentStore;
import dev.gantry.images.document.Descriptor;
import dev.gantry.images.gc.Leases;
import java.io.IOException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.random.RandomGenerator;

/// Makes an image of another one and a layer above it.
final class Committer {
    /// A tar with nothing in it: two empty blocks.
    private static final Digest NOTHING =
            Digest.sha256("5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef");

    private final ContentStore content;
    private final Clock clock;
    private final RandomGenerator random;

    Committer(ContentStore content, Clock clock, RandomGenerator random) {
        this.content = content;
        this.clock = clock;
        this.random = random;
    }

    /// The manifest of the new image; it and what it names are in the store and held by the lease.
    ///
    /// @param base the configuration of `image`
    Digest store(
            StoredImage image, byte[] base, Images.CommitOptions options, Spool.Writing layer, Leases.Lease lease) {
        Spool spool = new Spool(content, lease, random);
        try {
            Digest added = spool.add(layer);
            boolean nothing = added.equals(NOTHING);
            List<Descriptor> layers = new ArrayList<>();
            List<Object> diffIds = new ArrayList<>();
            image.layers().forEach(l -> {
                layers.add(l.blob());
                diffIds.add(l.diffId().toString());
            });
            if (!nothing) {
                layers.add(NewImage.plain(content, added));
                diffIds.add(added.toString());
            }
            Map<String, Object> old = Json.read(base, "the configuration of the image");
            return new NewImage(content, spool).add(config(old, diffIds, nothing, options), layers);
        } catch (IOException e) {
            throw new Unavailable(
                    "commit " + options.createdBy(), String.valueOf(e.getMessage()), "look at the disk", e);
        }
    }

    private Map<String, Object> config(
            Map<String, Object> old, List<Object> diffIds, boolean nothing, Images.CommitOptions options) {
        String now = clock.instant().toString();
        Map<String, Object> config = new TreeMap<>();
        for (String kept : List.of("architecture", "os", "variant", "os.version", "os.features")) {
            Object value = old.get(kept);
            if (value != null) {
                config.put(kept, value);
            }
        }
        config.put("created", now);
        if (!options.author().isEmpty()) {
            config.put("author", options.author());
        }
        config.put("config", options.run());
        config.put("rootfs", Map.of("type", "layers", "diff_ids", diffIds));
        List<Object> history = new ArrayList<>(Json.list(old.get("history")));
        history.add(step(now, nothing, options));
        config.put("history", history);
        return config;
    }

    private static Map<String, Object> step(String now, boolean nothing, Images.CommitOptions options) {
        Map<String, Object> step = new TreeMap<>();
        step.put("created", now);
        step.put("created_by", options.createdBy());
        if (!options.author().isEmpty()) {
            step.put("author", options.author());
        }
        if (!options.comment().isEmpty()) {
            step.put("comment", options.comment());
        }
        if (nothing) {
            step.put("empty_layer", true);
        }
        return step;
    }
}
