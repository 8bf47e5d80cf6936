package dev.gantry.api.client;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// One request: immutable but for a body that streams, which can be sent once.
public final class Request {
    private final String method;
    private final String path;
    private final List<Parameter> query;
    private final Map<String, String> headers;
    private final Body body;

    private record Parameter(String name, String value) {}

    /// What is sent after the head.
    sealed interface Body {
        record None() implements Body {}

        record Bytes(byte[] bytes) implements Body {
            InputStream open() {
                return new ByteArrayInputStream(bytes);
            }
        }

        record Stream(InputStream in) implements Body {}
    }

    private Request(String method, String path, List<Parameter> query, Map<String, String> headers, Body body) {
        this.method = method;
        this.path = path;
        this.query = query;
        this.headers = headers;
        this.body = body;
    }

    /// `path` is already encoded; see [#segment].
    public static Request of(String method, String path) {
        return new Request(method, path, List.of(), Map.of(), new Body.None());
    }

    public static Request get(String path) {
        return of("GET", path);
    }

    public static Request post(String path) {
        return of("POST", path);
    }

    /// Encodes one segment of a path; a slash stays, because names of images have them.
    public static String segment(String text) {
        return encode(text).replace("%2F", "/").replace("%3A", ":").replace("%40", "@");
    }

    /// Adds a parameter, which may be there already; an empty value is left out, as its absence means the same.
    public Request with(String name, String value) {
        if (value.isEmpty()) {
            return this;
        }
        List<Parameter> more = new ArrayList<>(query);
        more.add(new Parameter(name, value));
        return new Request(method, path, more, headers, body);
    }

    public Request with(String name, boolean value) {
        return value ? with(name, "1") : this;
    }

    /// The same of another path.
    Request to(String other) {
        return new Request(method, other, query, headers, body);
    }

    public Request header(String name, String value) {
        Map<String, String> more = new LinkedHashMap<>(headers);
        more.put(name, value);
        return new Request(method, path, query, more, body);
    }

    public Request json(String text) {
        return new Request(method, path, query, headers, new Body.Bytes(text.getBytes(StandardCharsets.UTF_8)))
                .header("Content-Type", "application/json");
    }

    /// A body of unknown length, sent in chunks; it is read to its end and not closed.
    public Request stream(InputStream in, String contentType) {
        return new Request(method, path, query, headers, new Body.Stream(in)).header("Content-Type", contentType);
    }

    String method() {
        return method;
    }

    Map<String, String> headers() {
        return headers;
    }

    Body body() {
        return body;
    }

    /// The path and query as they stand in the request line.
    public String target() {
        if (query.isEmpty()) {
            return path;
        }
        StringBuilder target = new StringBuilder(path);
        char separator = '?';
        for (Parameter parameter : query) {
            target.append(separator)
                    .append(encode(parameter.name()))
                    .append('=')
                    .append(encode(parameter.value()));
            separator = '&';
        }
        return target.toString();
    }

    private static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }
}
