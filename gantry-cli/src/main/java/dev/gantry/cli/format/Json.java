package dev.gantry.cli.format;

import dev.gantry.base.InvalidArgument;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// JSON as a tree of maps, lists, texts, numbers and truth values, and as text.
public final class Json {
    private Json() {}

    /// Whole numbers are exact, whatever their size.
    ///
    /// @throws InvalidArgument when the text is not JSON
    public static @Nullable Object read(String text) {
        return new JsonReader(text).read();
    }

    /// One line, in the order of the tree.
    public static String write(@Nullable Object value) {
        StringBuilder text = new StringBuilder();
        write(text, value);
        return text.toString();
    }

    /// Lays out a JSON text over lines with `indent` per level, changing nothing but blanks.
    public static String indent(String json, String indent) {
        StringBuilder text = new StringBuilder(json.length() * 2);
        int depth = 0;
        boolean inText = false;
        for (int i = 0; i < json.length(); i++) {
            char c = json.charAt(i);
            if (inText) {
                text.append(c);
                if (c == '\\') {
                    text.append(json.charAt(++i));
                } else if (c == '"') {
                    inText = false;
                }
                continue;
            }
            switch (c) {
                case ' ', '\t', '\r', '\n' -> {}
                case '{', '[' -> {
                    text.append(c);
                    int next = skipBlanks(json, i + 1);
                    if (next < json.length() && (json.charAt(next) == '}' || json.charAt(next) == ']')) {
                        text.append(json.charAt(next));
                        i = next;
                    } else {
                        newLine(text, indent, ++depth);
                    }
                }
                case '}', ']' -> {
                    newLine(text, indent, --depth);
                    text.append(c);
                }
                case ',' -> {
                    text.append(c);
                    newLine(text, indent, depth);
                }
                case ':' -> text.append(": ");
                case '"' -> {
                    text.append(c);
                    inText = true;
                }
                default -> text.append(c);
            }
        }
        return text.toString();
    }

    private static int skipBlanks(String json, int from) {
        int i = from;
        while (i < json.length() && json.charAt(i) <= ' ') {
            i++;
        }
        return i;
    }

    private static void newLine(StringBuilder text, String indent, int depth) {
        text.append('\n').repeat(indent, depth);
    }

    private static void write(StringBuilder text, @Nullable Object value) {
        switch (value) {
            case null -> text.append("null");
            case Map<?, ?> map -> {
                String separator = "{";
                for (Map.Entry<?, ?> entry : map.entrySet()) {
                    text.append(separator);
                    quote(text, String.valueOf(entry.getKey()));
                    text.append(':');
                    write(text, entry.getValue());
                    separator = ",";
                }
                text.append(map.isEmpty() ? "{}" : "}");
            }
            case List<?> list -> {
                String separator = "[";
                for (Object item : list) {
                    text.append(separator);
                    write(text, item);
                    separator = ",";
                }
                text.append(list.isEmpty() ? "[]" : "]");
            }
            case Double d -> text.append(number(d));
            case Number n -> text.append(n);
            case Boolean b -> text.append(b);
            default -> quote(text, value.toString());
        }
    }

    /// A number as JSON writes it: a whole one without a fraction.
    static String number(Double value) {
        return value == Math.rint(value) && Math.abs(value) < 1e15
                ? Long.toString(value.longValue())
                : new BigDecimal(value.toString()).toString();
    }

    private static void quote(StringBuilder text, String value) {
        text.append('"');
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            switch (c) {
                case '"' -> text.append("\\\"");
                case '\\' -> text.append("\\\\");
                case '\n' -> text.append("\\n");
                case '\r' -> text.append("\\r");
                case '\t' -> text.append("\\t");
                default -> {
                    if (c < 0x20) {
                        text.append(String.format("\\u%04x", (int) c));
                    } else {
                        text.append(c);
                    }
                }
            }
        }
        text.append('"');
    }
}
