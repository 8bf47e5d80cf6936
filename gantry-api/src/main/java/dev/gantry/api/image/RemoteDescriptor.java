package dev.gantry.api.image;

import dev.gantry.api.json.Absent;
import io.avaje.jsonb.Json;

/// What a name means at a registry. OCI image-spec 1.1 §descriptor.
@Json
public record RemoteDescriptor(
        @Json.Property("mediaType") String mediaType,
        @Json.Property("digest") String digest,
        @Json.Property("size") long size) {
    public RemoteDescriptor {
        mediaType = Absent.text(mediaType);
        digest = Absent.text(digest);
    }
}
