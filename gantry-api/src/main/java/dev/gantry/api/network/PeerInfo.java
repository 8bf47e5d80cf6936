package dev.gantry.api.network;

import io.avaje.jsonb.Json;

/// A host on which an overlay network has containers.
@Json
public record PeerInfo(
        @Json.Property("Name") String name,
        @Json.Property("IP") String ip) {}
