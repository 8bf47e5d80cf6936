package dev.gantry.api.container;

import dev.gantry.api.json.Absent;
import io.avaje.jsonb.Json;

/// An address with its prefix.
@Json
public record Address(
        @Json.Property("Addr") String addr,
        @Json.Property("PrefixLen") int prefixLen) {
    public Address {
        addr = Absent.text(addr);
    }
}
