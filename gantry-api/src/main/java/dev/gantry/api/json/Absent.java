package dev.gantry.api.json;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What a reader makes of a field which is not there: the empty value, as Go does.
public final class Absent {
    private Absent() {}

    public static String text(@Nullable String value) {
        return value == null ? "" : value;
    }

    public static <T> List<T> list(@Nullable List<T> value) {
        return value == null ? List.of() : value;
    }

    public static <T> Map<String, T> map(@Nullable Map<String, T> value) {
        return value == null ? Map.of() : value;
    }
}
