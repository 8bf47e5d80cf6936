package dev.gantry.testcontainers;

import dev.gantry.base.Conflict;
import dev.gantry.base.GantryException;
import dev.gantry.base.InvalidArgument;
import dev.gantry.embedded.EmbeddedGantry;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/// Where the engines of tests keep their images. A program has a root open alone, and tests run in several at a time,
/// so there are several: each takes the first that is free.
///
/// @param top above all of them
record Roots(Path top) {
    private static final System.Logger LOG = System.getLogger(Roots.class.getName());
    private static final int MOST = 64;

    /// Testcontainers holds the socket's place as an address.
    Roots {
        if (!isAddress(top.toAbsolutePath().normalize().toString())) {
            throw new InvalidArgument(
                    "keep engines of tests below " + top,
                    "the path has a character, such as a space, that the address of a socket cannot have",
                    "name another place with -Dgantry.testcontainers.root");
        }
    }

    private static boolean isAddress(String path) {
        try {
            return path.equals(new URI("unix://" + path).getPath());
        } catch (URISyntaxException e) {
            return false;
        }
    }

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
                EmbeddedGantry open = EmbeddedGantry.open(root(i));
                sweepAfter(i);
                return open;
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

    private Path root(int number) {
        return top.resolve(Integer.toString(number));
    }

    /// Those after the one that was taken may not be opened for long: what killed tests have left there goes now.
    private void sweepAfter(int taken) {
        for (int i = taken + 1; i < MOST && Files.exists(root(i)); i++) {
            try {
                EmbeddedGantry.sweep(root(i));
            } catch (GantryException e) {
                LOG.log(System.Logger.Level.WARNING, e.getMessage());
            }
        }
    }
}
