package dev.gantry.api.network;

import io.avaje.jsonb.Json;

/// A container with an endpoint in a network; addresses with their prefix.
@Json
public record NetworkContainer(
        @Json.Property("Name") String name,
        @Json.Property("EndpointID") String endpointId,
        @Json.Property("MacAddress") String macAddress,
        @Json.Property("IPv4Address") String ipv4Address,
        @Json.Property("IPv6Address") String ipv6Address) {}
