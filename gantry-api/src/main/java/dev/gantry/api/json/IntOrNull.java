package dev.gantry.api.json;

import io.avaje.json.JsonAdapter;
import io.avaje.json.JsonReader;
import io.avaje.json.JsonWriter;
import io.avaje.jsonb.CustomAdapter;
import io.avaje.jsonb.Jsonb;
import org.jspecify.annotations.Nullable;

/// A small number, written as `null` when there is none.
@CustomAdapter(global = false)
public final class IntOrNull implements JsonAdapter<Integer> {

    private final JsonAdapter<Integer> values;

    public IntOrNull(Jsonb jsonb) {
        values = jsonb.adapter(Integer.class);
    }

    @Override
    public void toJson(JsonWriter writer, @Nullable Integer value) {
        if (value == null) {
            writer.rawValue("null");
        } else {
            values.toJson(writer, value);
        }
    }

    @Override
    public @Nullable Integer fromJson(JsonReader reader) {
        return values.fromJson(reader);
    }

    /// Keeps null for itself: the usual wrapper would drop the field.
    @Override
    public JsonAdapter<Integer> nullSafe() {
        return this;
    }
}
