package dev.gantry.engine.plugin;

import io.avaje.json.JsonException;
import io.avaje.jsonb.JsonType;
import io.avaje.jsonb.Jsonb;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// JSON without a schema: maps, lists, texts, numbers, flags and null. Nesting is bounded before anything is built.
public final class JsonTree {
    private static final int DEEPEST = 64;
    private static final JsonType<Object> ANY =
            Jsonb.builder().serializeNulls(true).build().type(Object.class);

    private JsonTree() {}

    /// Throws an [IOException] with the reason in words.
    public static Map<String, @Nullable Object> object(byte[] text) throws IOException {
        requireShallow(text);
        try {
            Object value = ANY.fromJson(new String(text, StandardCharsets.UTF_8));
            if (value instanceof Map<?, ?> map) {
                return texts(map);
            }
            throw new IOException("it is not a JSON object");
        } catch (JsonException | IllegalStateException | NumberFormatException | IndexOutOfBoundsException e) {
            throw new IOException("it is not JSON: " + PluginAnswer.shown(String.valueOf(e.getMessage())), e);
        }
    }

    public static byte[] bytes(Object tree) {
        return ANY.toJson(tree).getBytes(StandardCharsets.UTF_8);
    }

    @SuppressWarnings("unchecked") // keys of JSON objects are texts
    static Map<String, @Nullable Object> texts(Map<?, ?> map) {
        return (Map<String, @Nullable Object>) map;
    }

    private static void requireShallow(byte[] text) throws IOException {
        int depth = 0;
        boolean quoted = false;
        for (int i = 0; i < text.length; i++) {
            switch (text[i]) {
                case '"' -> quoted = !quoted;
                case '\\' -> i += quoted ? 1 : 0;
                case '{', '[' -> depth += quoted ? 0 : 1;
                case '}', ']' -> depth -= quoted ? 0 : 1;
                default -> {}
            }
            if (depth > DEEPEST) {
                throw new IOException("it is nested deeper than " + DEEPEST + " levels");
            }
        }
    }
}
