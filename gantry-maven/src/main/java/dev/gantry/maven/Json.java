package dev.gantry.maven;

import dev.gantry.base.InvalidArgument;
import dev.gantry.base.JsonText;
import io.avaje.jsonb.Jsonb;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Documents with all their fields, also those that nobody here knows.
final class Json {
    private static final Jsonb JSON =
            Jsonb.builder().serializeNulls(false).serializeEmpty(true).build();

    private Json() {}

    static Map<String, Object> read(byte[] bytes, String name) {
        try {
            return object(JSON.type(Object.class).fromJson(JsonText.whole(new String(bytes, StandardCharsets.UTF_8))));
        } catch (RuntimeException e) {
            throw new InvalidArgument("read " + name, "it is no JSON: " + e.getMessage(), "make it again", e);
        }
    }

    static byte[] write(Object value) {
        return JSON.toJson(value).getBytes(StandardCharsets.UTF_8);
    }

    /// Empty when it is none.
    static Map<String, Object> object(@Nullable Object value) {
        Map<String, Object> object = new TreeMap<>();
        if (value instanceof Map<?, ?> map) {
            map.forEach((key, v) -> {
                if (v != null) {
                    object.put(String.valueOf(key), v);
                }
            });
        }
        return object;
    }

    /// Empty when it is none.
    static List<Object> list(@Nullable Object value) {
        return value instanceof List<?> list ? new ArrayList<>(list) : new ArrayList<>();
    }
}
