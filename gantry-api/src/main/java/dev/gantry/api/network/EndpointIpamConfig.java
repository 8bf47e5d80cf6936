package dev.gantry.api.network;

import io.avaje.jsonb.Json;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Addresses that the user asked for.
@Json
public record EndpointIpamConfig(
        @Json.Property("IPv4Address") @Nullable String ipv4Address,
        @Json.Property("IPv6Address") @Nullable String ipv6Address,
        @Json.Property("LinkLocalIPs") @Nullable List<String> linkLocalIps) {}
