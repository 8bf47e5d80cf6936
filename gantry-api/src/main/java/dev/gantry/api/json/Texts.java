package dev.gantry.api.json;

import io.avaje.json.JsonAdapter;
import io.avaje.json.JsonReader;
import io.avaje.json.JsonWriter;
import io.avaje.jsonb.Jsonb;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A map of texts, in which null is the empty text, as Go reads it.
final class Texts implements JsonAdapter<Map<String, String>> {
    private final JsonAdapter<String> text;

    Texts(Jsonb jsonb) {
        text = jsonb.adapter(String.class);
    }

    @Override
    public void toJson(JsonWriter writer, @Nullable Map<String, String> value) {
        if (value == null) {
            writer.nullValue();
            return;
        }
        writer.beginObject();
        value.forEach((key, one) -> {
            writer.name(key);
            text.toJson(writer, one);
        });
        writer.endObject();
    }

    @Override
    public @Nullable Map<String, String> fromJson(JsonReader reader) {
        if (reader.isNullValue()) {
            return null;
        }
        Map<String, String> all = new LinkedHashMap<>();
        reader.beginObject();
        while (reader.hasNextField()) {
            String key = reader.nextField();
            all.put(key, reader.isNullValue() ? "" : text.fromJson(reader));
        }
        reader.endObject();
        return all;
    }

    @Override
    public JsonAdapter<Map<String, String>> nullSafe() {
        return this;
    }
}
