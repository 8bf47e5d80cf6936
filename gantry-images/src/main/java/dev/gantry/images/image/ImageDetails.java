package dev.gantry.images.image;

import dev.gantry.base.Digest;
import java.time.Instant;
import java.util.List;

/// Everything there is to say about one image. `configJson` are the bytes of the configuration as they came.
public record ImageDetails(
        ImageSummary summary,
        Image.Config config,
        byte[] configJson,
        String author,
        String comment,
        List<Digest> diffIds,
        List<History> history) {
    public ImageDetails {
        diffIds = List.copyOf(diffIds);
        history = List.copyOf(history);
    }

    /// How one layer came to be, base first. `size` is that of the unpacked layer; zero for an empty one.
    public record History(
            Instant created, String createdBy, String author, String comment, boolean emptyLayer, long size) {}
}
