package dev.gantry.images.image;

import dev.gantry.base.Digest;
import dev.gantry.base.Platform;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/// One row of a listing. `repoTags` and `repoDigests` are in familiar form and may be empty; `size` is the sum of the
/// unpacked layers; `target` the digest of the manifest or index that the names mean.
public record ImageSummary(
        Image.Id id,
        Digest target,
        List<String> repoTags,
        List<String> repoDigests,
        Instant created,
        long size,
        Map<String, String> labels,
        Platform platform) {
    public ImageSummary {
        repoTags = List.copyOf(repoTags);
        repoDigests = List.copyOf(repoDigests);
        labels = Map.copyOf(labels);
    }
}
