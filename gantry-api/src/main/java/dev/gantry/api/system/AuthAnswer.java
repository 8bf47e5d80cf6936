package dev.gantry.api.system;

import dev.gantry.api.json.Absent;
import io.avaje.jsonb.Json;

/// The answer to a login.
@Json
public record AuthAnswer(
        @Json.Property("Status") String status,
        @Json.Property("IdentityToken") String identityToken) {
    public AuthAnswer {
        status = Absent.text(status);
        identityToken = Absent.text(identityToken);
    }
}
