package dev.gantry.testcontainers;

import dev.gantry.base.Conflict;
import dev.gantry.embedded.EmbeddedGantry;
import java.nio.file.Path;
import java.util.Map;

/// Where the engines of tests keep their images. A program has a root open alone, and tests run in several at a time,
/// so there are several: each takes the first that is free.
///
/// @param top above all of them
record Roots(Path top) {
    private static final int MOST = 64;

    /// From `-Dgantry.testcontainers.root`, the variable `GANTRY_TESTCONTAINERS_ROOT`, or in the user's cache.
    static Roots of(Map<Object, Object> properties, Map<String, String> environment) {
        Object told = properties.get("gantry.testcontainers.root");
        String place = told == null ? environment.getOrDefault("GANTRY_TESTCONTAINERS_ROOT", "") : told.toString();
        if (!place.isEmpty()) {
            return new Roots(Path.of(place));
        }
        String cache = environment.getOrDefault("XDG_CACHE_HOME", "");
        Path above = cache.isEmpty() ? Path.of(String.valueOf(properties.get("user.home")), ".cache") : Path.of(cache);
        return new Roots(above.resolve("gantry").resolve("testcontainers"));
    }

    /// The first that no other program has open.
    EmbeddedGantry open() {
        for (int i = 0; ; i++) {
            try {
                return EmbeddedGantry.open(top.resolve(Integer.toString(i)));
            } catch (Conflict taken) {
                if (i == MOST - 1) {
                    throw new Conflict(
                            "open an engine below " + top,
                            "none of its " + MOST + " roots is free",
                            "end other programs, or name another place with -Dgantry.testcontainers.root",
                            taken);
                }
            }
        }
    }
}
