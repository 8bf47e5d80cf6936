package dev.gantry.cli;

import dev.gantry.cli.flag.Parsed;
import dev.gantry.cli.format.Json;
import java.util.LinkedHashMap;
import java.util.Map;

/// The flag `--filter key=value`, as the Engine API wants it.
public final class Filters {
    private Filters() {}

    /// The JSON of the query parameter, or empty text without filters.
    public static String json(Parsed args) {
        return json(args, Map.of());
    }

    /// With filters that do not come from the flag.
    public static String json(Parsed args, Map<String, String> more) {
        Map<String, Map<String, Boolean>> filters = new LinkedHashMap<>();
        more.forEach((key, value) -> filters.put(key, new LinkedHashMap<>(Map.of(value, true))));
        for (String filter : args.list("filter")) {
            int equals = filter.indexOf('=');
            if (equals <= 0) {
                throw args.wrong("--filter is key=value, not '" + filter + "'");
            }
            filters.computeIfAbsent(filter.substring(0, equals).strip(), _ -> new LinkedHashMap<>())
                    .put(filter.substring(equals + 1).strip(), true);
        }
        return filters.isEmpty() ? "" : Json.write(filters);
    }
}
