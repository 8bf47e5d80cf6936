package dev.gantry.build.check;

import dev.gantry.build.dockerfile.Place;
import java.util.Arrays;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/// What `# check=` says, or the argument `BUILDKIT_DOCKERFILE_CHECK`: `skip=Rule,Rule;error=true;experimental=Rule`.
/// Names are in lower case, and `all` stands for all.
///
/// @param error whether what is found fails the build
public record CheckOptions(Set<String> skip, Set<String> experimental, boolean error) {
    public static final CheckOptions DEFAULT = new CheckOptions(Set.of(), Set.of(), false);

    public CheckOptions {
        skip = Set.copyOf(skip);
        experimental = Set.copyOf(experimental);
    }

    /// @param place where it is written
    public static CheckOptions parse(String text, Place place) {
        Set<String> skip = new TreeSet<>();
        Set<String> experimental = new TreeSet<>();
        boolean error = false;
        for (String part : text.strip().split(";", -1)) {
            if (part.isBlank()) {
                continue;
            }
            int equals = part.indexOf('=');
            String key = (equals < 0 ? part : part.substring(0, equals)).strip();
            String value = equals < 0 ? "" : part.substring(equals + 1).strip();
            switch (key) {
                case "skip" -> skip.addAll(names(value));
                case "experimental" -> experimental.addAll(names(value));
                case "error" -> error = truth(value, place);
                default ->
                    throw place.fault(
                            "\"" + part.strip() + "\" is no option of check", "write skip=Rule,Rule;error=true");
            }
        }
        return new CheckOptions(skip, experimental, error);
    }

    private static Set<String> names(String value) {
        return Arrays.stream(value.split(",", -1))
                .map(n -> n.strip().toLowerCase(Locale.ROOT))
                .filter(n -> !n.isEmpty())
                .collect(Collectors.toSet());
    }

    private static boolean truth(String value, Place place) {
        return switch (value.toLowerCase(Locale.ROOT)) {
            case "1", "t", "true" -> true;
            case "0", "f", "false" -> false;
            default -> throw place.fault("error=" + value + " is neither true nor false", "write error=true");
        };
    }

    boolean wants(Rule rule) {
        String name = rule.wireName().toLowerCase(Locale.ROOT);
        if (rule.experimental()) {
            return experimental.contains("all") || experimental.contains(name);
        }
        return !skip.contains("all") && !skip.contains(name);
    }
}
