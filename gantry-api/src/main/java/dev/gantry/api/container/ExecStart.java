package dev.gantry.api.container;

import io.avaje.jsonb.Json;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The body of `POST /exec/{id}/start`.
@Json
public record ExecStart(
        @Json.Property("Detach") boolean detach,
        @Json.Property("Tty") boolean tty,
        @Json.Property("ConsoleSize") @Nullable List<Integer> consoleSize) {}
