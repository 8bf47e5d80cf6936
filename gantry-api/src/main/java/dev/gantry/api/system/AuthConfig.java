package dev.gantry.api.system;

import io.avaje.jsonb.Json;
import org.jspecify.annotations.Nullable;

/// A login to a registry, as `X-Registry-Auth` carries it.
@Json
public record AuthConfig(
        @Json.Property("username") @Nullable String username,
        @Json.Property("password") @Nullable String password,
        @Json.Property("auth") @Nullable String auth,
        @Json.Property("email") @Nullable String email,
        @Json.Property("serveraddress") @Nullable String serveraddress,
        @Json.Property("identitytoken") @Nullable String identitytoken,
        @Json.Property("registrytoken") @Nullable String registrytoken) {}
