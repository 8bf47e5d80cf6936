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

/// A map of texts, written as `null` when there is none.
@CustomAdapter(global = false)
public final class LabelsOrNull implements JsonAdapter<Map<String, String>> {
    public static final AdapterFactory FACTORY =
            (type, jsonb) -> type == LabelsOrNull.class ? new LabelsOrNull(jsonb) : null;
    private final JsonAdapter<Map<String, String>> values;

    public LabelsOrNull(Jsonb jsonb) {
        values = jsonb.adapter(Types.mapOf(String.class));
    }

    @Override
    public void toJson(JsonWriter writer, @Nullable Map<String, String> value) {
        if (value == null) {
            writer.rawValue("null");
        } else {
            values.toJson(writer, value);
        }
    }

    @Override
    public @Nullable Map<String, String> fromJson(JsonReader reader) {
        return values.fromJson(reader);
    }

    /// Keeps null for itself: the usual wrapper would drop the field.
    @Override
    public JsonAdapter<Map<String, String>> nullSafe() {
        return this;
    }
}
