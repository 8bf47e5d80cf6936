package dev.gantry.docker.route;

import dev.gantry.api.json.Wire;
import dev.gantry.base.JsonText;
import dev.gantry.docker.Query;
import io.avaje.json.JsonException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/// The `filters` of a query, in both forms: `{"label":["a=b"]}` and the older `{"label":{"a=b":true}}`.
public final class Filters {
    private final Map<String, List<String>> values;

    private Filters(Map<String, List<String>> values) {
        this.values = values;
    }

    /// Refuses a key that the endpoint does not know.
    public static Filters of(Query query, Set<String> known) {
        String text = query.text("filters");
        if (text.isEmpty()) {
            return new Filters(Map.of());
        }
        Map<String, List<String>> values = new HashMap<>();
        for (var entry : parse(text).entrySet()) {
            String key = String.valueOf(entry.getKey());
            if (!known.contains(key)) {
                throw DockerError.badParameter("invalid filter '" + key + "'");
            }
            values.put(key, texts(key, entry.getValue()));
        }
        return new Filters(values);
    }

    public List<String> all(String key) {
        return values.getOrDefault(key, List.of());
    }

    public boolean has(String key) {
        return !all(key).isEmpty();
    }

    /// True when the key was not given, or one of its values fits.
    public boolean any(String key, Predicate<String> fits) {
        return !has(key) || all(key).stream().anyMatch(fits);
    }

    /// True when all `label=` fit: `key`, or `key=value`.
    public boolean labels(String filter, Map<String, String> labels) {
        return all(filter).stream().allMatch(label -> hasLabel(label, labels));
    }

    public static boolean hasLabel(String label, Map<String, String> labels) {
        int equals = label.indexOf('=');
        return equals < 0
                ? labels.containsKey(label)
                : label.substring(equals + 1).equals(labels.get(label.substring(0, equals)));
    }

    /// A yes or no; anything else is refused.
    public boolean flag(String key, boolean otherwise) {
        if (!has(key)) {
            return otherwise;
        }
        return switch (all(key).getFirst()) {
            case "1", "true", "t", "T", "TRUE", "True" -> true;
            case "0", "false", "f", "F", "FALSE", "False" -> false;
            case String other -> throw DockerError.badParameter("invalid filter '" + key + "=[" + other + "]'");
        };
    }

    private static Map<?, ?> parse(String text) {
        try {
            if (Wire.json().type(Object.class).fromJson(JsonText.readable(text)) instanceof Map<?, ?> map) {
                return map;
            }
        } catch (JsonException | IllegalStateException | IndexOutOfBoundsException e) {
            throw new DockerError(400, "invalid filter: " + e.getMessage(), e);
        }
        throw DockerError.badParameter("invalid filter: not an object");
    }

    private static List<String> texts(String key, Object value) {
        List<String> texts = new ArrayList<>();
        switch (value) {
            case Map<?, ?> set ->
                set.forEach((text, on) -> {
                    if (Boolean.TRUE.equals(on)) {
                        texts.add(String.valueOf(text));
                    }
                });
            case List<?> list -> list.forEach(text -> texts.add(String.valueOf(text)));
            default -> throw DockerError.badParameter("invalid filter '" + key + "'");
        }
        return texts;
    }
}
