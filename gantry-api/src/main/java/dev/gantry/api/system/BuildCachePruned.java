package dev.gantry.api.system;

import io.avaje.jsonb.Json;
import java.util.List;

/// The answer to `POST /build/prune`.
@Json
public record BuildCachePruned(
        @Json.Property("CachesDeleted") List<String> cachesDeleted,
        @Json.Property("SpaceReclaimed") long spaceReclaimed) {}
