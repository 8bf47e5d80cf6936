package dev.gantry.api.client;

import dev.gantry.api.json.Wire;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;

/// JSON objects one after another, each on its line, as progress and events come.
public final class JsonLines {
    private JsonLines() {}

    /// Calls `each` for every object as it arrives, until the stream ends.
    public static <T> void read(InputStream in, Class<T> type, Consumer<? super T> each) throws IOException {
        var json = Wire.json().type(type);
        BufferedReader lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
        String line;
        while ((line = lines.readLine()) != null) {
            if (!line.isBlank()) {
                each.accept(json.fromJson(line));
            }
        }
    }
}
