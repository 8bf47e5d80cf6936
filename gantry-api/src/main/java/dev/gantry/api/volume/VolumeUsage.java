package dev.gantry.api.volume;

import io.avaje.jsonb.Json;

/// How large a volume is in bytes, and how many containers hold it; -1 where it is not known.
@Json
public record VolumeUsage(
        @Json.Property("Size") long size,
        @Json.Property("RefCount") long refCount) {}
