package dev.gantry.api.image;

import io.avaje.jsonb.Json;
import java.util.List;

/// The answer to `POST /images/prune`.
@Json
public record ImagesPruned(
        @Json.Property("ImagesDeleted") List<DeletedItem> imagesDeleted,
        @Json.Property("SpaceReclaimed") long spaceReclaimed) {}
