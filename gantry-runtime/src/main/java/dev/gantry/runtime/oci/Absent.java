package dev.gantry.runtime.oci;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What an absent property of a document means: an empty list, an empty map, an empty text.
final class Absent {
    private Absent() {}

    static <T> List<T> list(@Nullable List<T> value) {
        return value == null ? List.of() : List.copyOf(value);
    }

    static <V> Map<String, V> map(@Nullable Map<String, V> value) {
        return value == null ? Map.of() : java.util.Collections.unmodifiableMap(new java.util.TreeMap<>(value));
    }

    static String text(@Nullable String value) {
        return value == null ? "" : value;
    }
}
