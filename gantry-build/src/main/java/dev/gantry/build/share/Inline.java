package dev.gantry.build.share;

import dev.gantry.base.Digest;
import dev.gantry.base.InvalidArgument;
import dev.gantry.build.solve.Result;
import dev.gantry.images.image.Layers;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// What the steps of an image have made, in its own configuration: of each its key, its time and how many layers of the
/// image it has, `KEY TIME COUNT`.
final class Inline {
    private static final String FIELD = "gantry.buildcache.v1";

    private Inline() {}

    /// @param records of steps with one result, which is the beginning of the image
    static Map<String, Object> fields(Map<Digest, List<Result.Root>> records) {
        var lines = new TreeMap<String, String>();
        records.forEach((key, roots) -> {
            if (roots.size() == 1) {
                Result.Root root = roots.getFirst();
                lines.put(
                        key.toString(),
                        key + " " + root.time() + " " + root.layers().size());
            }
        });
        return Map.of(FIELD, List.copyOf(lines.values()));
    }

    /// Lines that make no sense are left out: anybody may write an image.
    static Map<Digest, List<Result.Root>> read(Map<String, Object> config, List<Layers.Layer> image) {
        var known = new HashMap<Digest, List<Result.Root>>();
        if (config.get(FIELD) instanceof List<?> lines) {
            for (Object line : lines) {
                try {
                    String[] words = String.valueOf(line).split(" ", -1);
                    var root = new Result.Root(image.subList(0, Integer.parseInt(words[2])), Instant.parse(words[1]));
                    known.put(Digest.parse(words[0]), List.of(root));
                } catch (IllegalArgumentException | DateTimeException | IndexOutOfBoundsException | InvalidArgument _) {
                    continue;
                }
            }
        }
        return known;
    }
}
