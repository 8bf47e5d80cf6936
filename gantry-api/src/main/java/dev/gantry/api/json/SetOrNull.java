package dev.gantry.api.json;

import io.avaje.json.JsonAdapter;
import io.avaje.json.JsonReader;
import io.avaje.json.JsonWriter;
import io.avaje.jsonb.AdapterFactory;
import io.avaje.jsonb.CustomAdapter;
import io.avaje.jsonb.Jsonb;
import io.avaje.jsonb.Types;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A set in the form `{"a":{}}`, written as `null` when there is none.
@CustomAdapter(global = false)
public final class SetOrNull implements JsonAdapter<Map<String, Empty>> {
    public static final AdapterFactory FACTORY = (type, jsonb) -> type == SetOrNull.class ? new SetOrNull(jsonb) : null;
    private final JsonAdapter<Map<String, Empty>> values;

    public SetOrNull(Jsonb jsonb) {
        values = jsonb.adapter(Types.mapOf(Empty.class));
    }

    @Override
    public void toJson(JsonWriter writer, @Nullable Map<String, Empty> value) {
        if (value == null) {
            writer.rawValue("null");
        } else {
            values.toJson(writer, value);
        }
    }

    @Override
    public @Nullable Map<String, Empty> fromJson(JsonReader reader) {
        return values.fromJson(reader);
    }

    /// Keeps null for itself: the usual wrapper would drop the field.
    @Override
    public JsonAdapter<Map<String, Empty>> nullSafe() {
        return this;
    }
}
