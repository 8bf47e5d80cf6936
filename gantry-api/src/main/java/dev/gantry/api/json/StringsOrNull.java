package dev.gantry.api.json;

import io.avaje.json.JsonAdapter;
import io.avaje.json.JsonReader;
import io.avaje.json.JsonWriter;
import io.avaje.jsonb.AdapterFactory;
import io.avaje.jsonb.CustomAdapter;
import io.avaje.jsonb.Jsonb;
import io.avaje.jsonb.Types;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A list of texts, written as `null` when there is none.
@CustomAdapter(global = false)
public final class StringsOrNull implements JsonAdapter<List<String>> {
    public static final AdapterFactory FACTORY =
            (type, jsonb) -> type == StringsOrNull.class ? new StringsOrNull(jsonb) : null;
    private final JsonAdapter<List<String>> values;

    public StringsOrNull(Jsonb jsonb) {
        values = jsonb.adapter(Types.listOf(String.class));
    }

    @Override
    public void toJson(JsonWriter writer, @Nullable List<String> value) {
        if (value == null) {
            writer.rawValue("null");
        } else {
            values.toJson(writer, value);
        }
    }

    @Override
    public @Nullable List<String> fromJson(JsonReader reader) {
        return values.fromJson(reader);
    }

    /// Keeps null for itself: the usual wrapper would drop the field.
    @Override
    public JsonAdapter<List<String>> nullSafe() {
        return this;
    }
}
