package dev.gantry.api.event;

import dev.gantry.api.json.Absent;
import io.avaje.jsonb.Json;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// One line of `GET /events`. The first three fields are the form of older clients.
@Json
public record Event(
        @Json.Property("status") @Nullable String status,
        @Json.Property("id") @Nullable String id,
        @Json.Property("from") @Nullable String from,
        @Json.Property("Type") String type,
        @Json.Property("Action") String action,
        @Json.Property("Actor") Actor actor,
        @Json.Property("scope") String scope,
        @Json.Property("time") long time,
        @Json.Property("timeNano") long timeNano) {
    public Event {
        type = Absent.text(type);
        action = Absent.text(action);
        actor = actor == null ? new Actor("", Map.of()) : actor;
        scope = Absent.text(scope);
    }
}
