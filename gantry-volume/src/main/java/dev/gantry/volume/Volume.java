package dev.gantry.volume;

import io.avaje.jsonb.Json;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A volume as it is stored. `anonymous`: nobody gave it a name. `intent` is what was begun and must be
/// finished by whoever opens the store next: empty, `removing`, `with-user` where it goes with the only user it has,
/// or `from:` and the name it had. `driver` is `local`, the store itself, or whoever else keeps it.
@Json
public record Volume(
        @Json.Property("Name") String name,
        @Json.Property("Created") String createdAt,
        @Json.Property("Labels") Map<String, String> labels,
        @Json.Property("Options") Map<String, String> options,
        @Json.Property("Anonymous") boolean anonymous,
        @Json.Property("Intent") String intent,
        @Json.Property("Driver") String driver) {
    public static final String LOCAL = "local";

    static final String REMOVING = "removing";
    static final String WITH_USER = "with-user";
    static final String FROM = "from:";

    public Volume {
        driver = orLocal(driver);
        labels = Map.copyOf(labels);
        options = Map.copyOf(options);
    }

    /// Rows of a version that knew no other driver have none.
    private static String orLocal(@Nullable String driver) {
        return driver == null || driver.isEmpty() ? LOCAL : driver;
    }

    public boolean isLocal() {
        return driver.equals(LOCAL);
    }

    public Instant created() {
        return Instant.parse(createdAt);
    }

    boolean goesWithUser() {
        return intent.equals(WITH_USER);
    }

    Volume with(String wanted) {
        return new Volume(name, createdAt, labels, options, anonymous, wanted, driver);
    }

    Volume named(String other, String wanted) {
        return new Volume(other, createdAt, labels, options, false, wanted, driver);
    }
}
