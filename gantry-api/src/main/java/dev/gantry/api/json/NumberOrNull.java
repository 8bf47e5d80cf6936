package dev.gantry.api.json;

import io.avaje.json.JsonAdapter;
import io.avaje.json.JsonReader;
import io.avaje.json.JsonWriter;
import io.avaje.jsonb.CustomAdapter;
import io.avaje.jsonb.Jsonb;
import org.jspecify.annotations.Nullable;

/// A number, written as `null` when there is none.
@CustomAdapter(global = false)
public final class NumberOrNull implements JsonAdapter<Long> {

    private final JsonAdapter<Long> values;

    public NumberOrNull(Jsonb jsonb) {
        values = jsonb.adapter(Long.class);
    }

    @Override
    public void toJson(JsonWriter writer, @Nullable Long value) {
        if (value == null) {
            writer.rawValue("null");
        } else {
            values.toJson(writer, value);
        }
    }

    @Override
    public @Nullable Long fromJson(JsonReader reader) {
        return values.fromJson(reader);
    }

    /// Keeps null for itself: the usual wrapper would drop the field.
    @Override
    public JsonAdapter<Long> nullSafe() {
        return this;
    }
}
