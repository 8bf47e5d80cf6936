package dev.gantry.api.json;

import io.avaje.json.JsonAdapter;
import io.avaje.json.JsonReader;
import io.avaje.json.JsonWriter;
import io.avaje.jsonb.CustomAdapter;
import io.avaje.jsonb.Jsonb;

/// `{}`, written by hand: the generator takes a record without fields for a bean and writes its hash code.
@CustomAdapter
public final class EmptyAdapter implements JsonAdapter<Empty> {
    private static final Empty EMPTY = new Empty();

    public EmptyAdapter(Jsonb jsonb) {}

    @Override
    public void toJson(JsonWriter writer, Empty value) {
        writer.beginObject();
        writer.endObject();
    }

    @Override
    public Empty fromJson(JsonReader reader) {
        reader.skipValue();
        return EMPTY;
    }
}
