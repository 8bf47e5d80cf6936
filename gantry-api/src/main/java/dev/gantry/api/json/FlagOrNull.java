package dev.gantry.api.json;

import io.avaje.json.JsonAdapter;
import io.avaje.json.JsonReader;
import io.avaje.json.JsonWriter;
import io.avaje.jsonb.CustomAdapter;
import io.avaje.jsonb.Jsonb;
import org.jspecify.annotations.Nullable;

/// A flag, written as `null` when it is not known.
@CustomAdapter(global = false)
public final class FlagOrNull implements JsonAdapter<Boolean> {

    private final JsonAdapter<Boolean> values;

    public FlagOrNull(Jsonb jsonb) {
        values = jsonb.adapter(Boolean.class);
    }

    @Override
    public void toJson(JsonWriter writer, @Nullable Boolean value) {
        if (value == null) {
            writer.rawValue("null");
        } else {
            values.toJson(writer, value);
        }
    }

    @Override
    public @Nullable Boolean fromJson(JsonReader reader) {
        return values.fromJson(reader);
    }

    /// Keeps null for itself: the usual wrapper would drop the field.
    @Override
    public JsonAdapter<Boolean> nullSafe() {
        return this;
    }
}
