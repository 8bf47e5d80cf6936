package dev.gantry.images.registry;

import io.avaje.jsonb.Json;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What registries and token services answer, with the field names of the wire.
public final class RegistryWire {
    private RegistryWire() {}

    /// The answer of a token service.
    @Json
    public record Token(
            @Json.Property("token") @Nullable String token,
            @Json.Property("access_token") @Nullable String accessToken,
            @Json.Property("expires_in") @Nullable Integer expiresIn) {
        @Override
        public String toString() {
            return "Token[]";
        }
    }

    /// distribution-spec 1.1 §Error codes.
    @Json
    public record Errors(@Json.Property("errors") @Nullable List<Error> errors) {}

    @Json
    public record Error(
            @Json.Property("code") @Nullable String code,
            @Json.Property("message") @Nullable String message) {}

    /// What an index finds, as Docker's has answered since its first version.
    @Json
    public record Search(@Json.Property("results") @Nullable List<Found> results) {}

    @Json
    public record Found(
            @Json.Property("name") @Nullable String name,
            @Json.Property("description") @Nullable String description,
            @Json.Property("star_count") @Nullable Integer stars,
            @Json.Property("is_official") @Nullable Boolean official) {}
}
