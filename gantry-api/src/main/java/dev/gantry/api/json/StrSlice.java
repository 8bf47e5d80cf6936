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

/// A command line: a list of texts, `null` when there is none; a single text is read as a list of one.
@CustomAdapter(global = false)
public final class StrSlice implements JsonAdapter<List<String>> {
    public static final AdapterFactory FACTORY = (type, jsonb) -> type == StrSlice.class ? new StrSlice(jsonb) : null;

    private final JsonAdapter<List<String>> values;

    public StrSlice(Jsonb jsonb) {
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
        if (reader.isNullValue()) {
            return null;
        }
        if (reader.currentToken() == JsonReader.Token.STRING) {
            return List.of(reader.readString());
        }
        return values.fromJson(reader);
    }

    /// Keeps null for itself: the usual wrapper would drop the field.
    @Override
    public JsonAdapter<List<String>> nullSafe() {
        return this;
    }
}
