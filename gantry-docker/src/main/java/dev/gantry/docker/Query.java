package dev.gantry.docker;

import dev.gantry.base.InvalidArgument;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// The parameters of a request's query, in Go's reading of them.
public final class Query {
    public static final Query NONE = new Query(Map.of());

    private final Map<String, List<String>> values;

    private Query(Map<String, List<String>> values) {
        this.values = values;
    }

    /// Reads `a=1&b=x%20y`. A pair that is not decodable is refused, and one with a `;`, which others read as `&`.
    public static Query parse(String raw) {
        if (raw.isEmpty()) {
            return NONE;
        }
        Map<String, List<String>> values = new LinkedHashMap<>();
        for (String pair : raw.split("&", -1)) {
            if (pair.isEmpty()) {
                continue;
            }
            if (pair.indexOf(';') >= 0) {
                throw new InvalidArgument("read the query", "`" + pair + "` has a semicolon", "write it as %3B");
            }
            int equals = pair.indexOf('=');
            String name = decode(equals < 0 ? pair : pair.substring(0, equals));
            values.computeIfAbsent(name, _ -> new ArrayList<>())
                    .add(equals < 0 ? "" : decode(pair.substring(equals + 1)));
        }
        return new Query(values);
    }

    /// The first value, or the empty text.
    public String text(String name) {
        List<String> all = values.get(name);
        return all == null ? "" : all.getFirst();
    }

    public String text(String name, String otherwise) {
        String value = text(name);
        return value.isEmpty() ? otherwise : value;
    }

    public List<String> all(String name) {
        return List.copyOf(values.getOrDefault(name, List.of()));
    }

    public boolean has(String name) {
        return values.containsKey(name);
    }

    /// False when absent, empty, `0`, `no`, `false` or `none`; true for all else.
    public boolean flag(String name) {
        String value = text(name).strip();
        return !(value.isEmpty()
                || value.equals("0")
                || value.equalsIgnoreCase("no")
                || value.equalsIgnoreCase("false")
                || value.equalsIgnoreCase("none"));
    }

    public boolean flag(String name, boolean otherwise) {
        return has(name) ? flag(name) : otherwise;
    }

    /// A whole number, or `otherwise` when absent.
    public long number(String name, long otherwise) {
        String value = text(name);
        if (value.isEmpty()) {
            return otherwise;
        }
        try {
            return Long.parseLong(value);
        } catch (NumberFormatException e) {
            throw new InvalidArgument(
                    "read the parameter " + name, "`" + value + "` is not a whole number", "send digits", e);
        }
    }

    private static String decode(String text) {
        try {
            return URLDecoder.decode(text, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw new InvalidArgument(
                    "read the query", "`" + text + "` is not percent-encoded", "encode it as RFC 3986 §2.1 says", e);
        }
    }
}
