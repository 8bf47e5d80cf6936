package dev.gantry.api.client;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/// An answer whose body is read as it comes. Close it: a body read to its end gives the connection back, another ends
/// it.
public final class Response implements Closeable {
    private final int status;
    private final Map<String, String> headers;
    private final InputStream body;

    Response(int status, Map<String, String> headers, InputStream body) {
        this.status = status;
        this.headers = headers;
        this.body = body;
    }

    public int status() {
        return status;
    }

    /// The header's value, or empty text; `name` in lower case.
    public String header(String name) {
        return headers.getOrDefault(name, "");
    }

    public InputStream body() {
        return body;
    }

    /// Reads the rest of the body as text.
    public String text() throws IOException {
        return new String(body.readAllBytes(), StandardCharsets.UTF_8);
    }

    @Override
    public void close() throws IOException {
        body.close();
    }
}
