package dev.gantry.volume;

import io.avaje.jsonb.Json;
import java.time.Instant;
import java.util.Map;

/// A volume as it is stored. `anonymous`: nobody gave it a name. `intent` is what was begun and must be
/// finished by whoever opens the store next: empty, `removing`, or `from:` and the name it had.
@Json
public record Volume(
        @Json.Property("Name") String name,
        @Json.Property("Created") String createdAt,
        @Json.Property("Labels") Map<String, String> labels,
        @Json.Property("Options") Map<String, String> options,
        @Json.Property("Anonymous") boolean anonymous,
        @Json.Property("Intent") String intent) {
    static final String REMOVING = "removing";
    static final String FROM = "from:";

    public Volume {
        labels = Map.copyOf(labels);
        options = Map.copyOf(options);
    }

    public Instant created() {
        return Instant.parse(createdAt);
    }

    Volume with(String wanted) {
        return new Volume(name, createdAt, labels, options, anonymous, wanted);
    }

    Volume named(String other, String wanted) {
        return new Volume(other, createdAt, labels, options, false, wanted);
    }
}
