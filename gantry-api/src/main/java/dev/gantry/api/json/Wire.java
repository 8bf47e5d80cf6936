package dev.gantry.api.json;

import io.avaje.jsonb.Jsonb;
import io.avaje.jsonb.Types;

/// The one reader and writer of all wire records. Unknown fields are skipped; nulls are absent unless the field
/// says otherwise.
public final class Wire {
    private static final Jsonb JSON = Jsonb.builder()
            .serializeNulls(false)
            .serializeEmpty(true)
            .add(Types.mapOf(String.class), Texts::new)
            .build();

    private Wire() {}

    public static Jsonb json() {
        return JSON;
    }
}
