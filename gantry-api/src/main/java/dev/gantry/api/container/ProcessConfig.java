package dev.gantry.api.container;

import dev.gantry.api.json.Absent;
import io.avaje.jsonb.Json;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The process of an exec, as inspect shows it.
@Json
public record ProcessConfig(
        @Json.Property("tty") boolean tty,
        @Json.Property("entrypoint") String entrypoint,
        @Json.Property("arguments") List<String> arguments,
        @Json.Property("privileged") @Nullable Boolean privileged,
        @Json.Property("user") @Nullable String user) {
    public ProcessConfig {
        entrypoint = Absent.text(entrypoint);
        arguments = Absent.list(arguments);
    }
}
