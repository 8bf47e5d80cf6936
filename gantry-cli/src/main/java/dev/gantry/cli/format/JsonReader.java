package dev.gantry.cli.format;

import dev.gantry.base.InvalidArgument;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Reads JSON into a tree that keeps the order of fields and whole numbers of any size, which limits of 64 bits need
/// and
/// the reader of the wire records does not give.
final class JsonReader {
    private static final int DEEPEST = 500;

    private final String text;
    private int at;

    JsonReader(String text) {
        this.text = text;
    }

    @Nullable
    Object read() {
        Object value = value(0);
        blanks();
        if (at < text.length()) {
            throw wrong();
        }
        return value;
    }

    private @Nullable Object value(int depth) {
        blanks();
        if (at >= text.length() || depth > DEEPEST) {
            throw wrong();
        }
        return switch (text.charAt(at)) {
            case '{' -> object(depth);
            case '[' -> list(depth);
            case '"' -> string();
            case 't' -> word("true", true);
            case 'f' -> word("false", false);
            case 'n' -> word("null", null);
            default -> number();
        };
    }

    private Map<String, @Nullable Object> object(int depth) {
        Map<String, @Nullable Object> fields = new LinkedHashMap<>();
        at++;
        while (!ends('}', fields.isEmpty())) {
            blanks();
            if (at >= text.length() || text.charAt(at) != '"') {
                throw wrong();
            }
            String name = string();
            blanks();
            if (at >= text.length() || text.charAt(at++) != ':') {
                throw wrong();
            }
            fields.put(name, value(depth + 1));
        }
        return fields;
    }

    private List<@Nullable Object> list(int depth) {
        List<@Nullable Object> items = new ArrayList<>();
        at++;
        while (!ends(']', items.isEmpty())) {
            items.add(value(depth + 1));
        }
        return items;
    }

    /// At the end of an object or list, or past the comma before its next item.
    private boolean ends(char end, boolean first) {
        blanks();
        if (at >= text.length()) {
            throw wrong();
        }
        if (text.charAt(at) == end) {
            at++;
            return true;
        }
        if (!first && text.charAt(at++) != ',') {
            throw wrong();
        }
        return false;
    }

    private String string() {
        int start = ++at;
        StringBuilder value = new StringBuilder();
        while (at < text.length() && text.charAt(at) != '"') {
            char c = text.charAt(at++);
            if (c != '\\') {
                value.append(c);
                continue;
            }
            char escape = at < text.length() ? text.charAt(at++) : ' ';
            switch (escape) {
                case '"', '\\', '/' -> value.append(escape);
                case 'b' -> value.append('\b');
                case 'f' -> value.append('\f');
                case 'n' -> value.append('\n');
                case 'r' -> value.append('\r');
                case 't' -> value.append('\t');
                case 'u' -> {
                    try {
                        value.append((char) Integer.parseInt(text, at, at + 4, 16));
                    } catch (IndexOutOfBoundsException | NumberFormatException _) {
                        throw wrong();
                    }
                    at += 4;
                }
                default -> throw wrong();
            }
        }
        if (at >= text.length()) {
            at = start;
            throw wrong();
        }
        at++;
        return value.toString();
    }

    private Number number() {
        int start = at;
        while (at < text.length() && "+-.0123456789eE".indexOf(text.charAt(at)) >= 0) {
            at++;
        }
        String digits = text.substring(start, at);
        try {
            if (digits.chars().anyMatch(c -> c == '.' || c == 'e' || c == 'E')) {
                return Double.valueOf(digits);
            }
            BigInteger whole = new BigInteger(digits);
            return whole.bitLength() < 64 ? (Number) whole.longValue() : whole;
        } catch (NumberFormatException _) {
            at = start;
            throw wrong();
        }
    }

    private @Nullable Object word(String word, @Nullable Object value) {
        if (!text.startsWith(word, at)) {
            throw wrong();
        }
        at += word.length();
        return value;
    }

    private void blanks() {
        while (at < text.length() && " \t\r\n".indexOf(text.charAt(at)) >= 0) {
            at++;
        }
    }

    private InvalidArgument wrong() {
        return new InvalidArgument("read JSON", "it is broken at character " + at, "check the text");
    }
}
