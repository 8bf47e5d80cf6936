package dev.gantry.cli.format;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The functions of templates: those of Go that make sense for text, and those the docker client adds.
final class TemplateFunctions {
    private static final Set<String> NAMES = Set.of(
            "and",
            "or",
            "not",
            "eq",
            "ne",
            "lt",
            "le",
            "gt",
            "ge",
            "len",
            "index",
            "slice",
            "print",
            "printf",
            "println",
            "json",
            "split",
            "join",
            "title",
            "lower",
            "upper",
            "pad",
            "truncate");

    private TemplateFunctions() {}

    static boolean knows(String name) {
        return NAMES.contains(name);
    }

    static @Nullable Object call(String name, @Nullable Object[] a) {
        try {
            return switch (name) {
                case "json" -> Json.write(a[0]);
                case "split" -> List.of(text(a[0]).split(java.util.regex.Pattern.quote(text(a[1])), -1));
                case "join" -> String.join(text(a[1]), texts(a[0]));
                case "title" -> title(text(a[0]));
                case "lower" -> text(a[0]).toLowerCase(Locale.ROOT);
                case "upper" -> text(a[0]).toUpperCase(Locale.ROOT);
                case "pad" ->
                    text(a[0]).isEmpty() ? "" : " ".repeat(number(a[1])) + text(a[0]) + " ".repeat(number(a[2]));
                case "truncate" ->
                    text(a[0]).substring(0, Math.min(number(a[1]), text(a[0]).length()));
                case "not" -> !isTrue(a[0]);
                case "eq" -> equalsAny(a);
                case "ne" -> !same(a[0], a[1]);
                case "lt" -> compare(a[0], a[1]) < 0;
                case "le" -> compare(a[0], a[1]) <= 0;
                case "gt" -> compare(a[0], a[1]) > 0;
                case "ge" -> compare(a[0], a[1]) >= 0;
                case "len" -> length(a[0]);
                case "index" -> index(a);
                case "slice" -> slice(a);
                case "print" -> join(a, "");
                case "println" -> join(a, " ") + "\n";
                case "printf" -> printf(a);
                default -> throw Template.wrong("there is no function '" + name + "'");
            };
        } catch (IndexOutOfBoundsException | ClassCastException e) {
            throw Template.wrong(name + " cannot take " + join(a, ", "));
        }
    }

    static boolean isTrue(@Nullable Object value) {
        return switch (value) {
            case null -> false;
            case Boolean b -> b;
            case String s -> !s.isEmpty();
            case Number n -> n.doubleValue() != 0;
            case List<?> l -> !l.isEmpty();
            case Map<?, ?> m -> !m.isEmpty();
            default -> true;
        };
    }

    /// A value as Go prints it.
    static String show(@Nullable Object value) {
        return switch (value) {
            case null -> "<no value>";
            case Double d -> Json.number(d);
            case List<?> list -> {
                List<String> items = new ArrayList<>();
                list.forEach(i -> items.add(show(i)));
                yield "[" + String.join(" ", items) + "]";
            }
            case Map<?, ?> map -> {
                List<String> items = new ArrayList<>();
                map.forEach((k, v) -> items.add(k + ":" + show(v)));
                items.sort(null);
                yield "map[" + String.join(" ", items) + "]";
            }
            default -> value.toString();
        };
    }

    private static String text(@Nullable Object value) {
        return value instanceof String s ? s : show(value);
    }

    private static int number(@Nullable Object value) {
        return ((Number) Objects.requireNonNull(value)).intValue();
    }

    private static List<String> texts(@Nullable Object value) {
        List<String> texts = new ArrayList<>();
        if (value instanceof List<?> list) {
            list.forEach(i -> texts.add(show(i)));
        }
        return texts;
    }

    private static String title(String text) {
        StringBuilder title = new StringBuilder(text);
        for (int i = 0; i < title.length(); i++) {
            if (i == 0 || Character.isWhitespace(title.charAt(i - 1))) {
                title.setCharAt(i, Character.toTitleCase(title.charAt(i)));
            }
        }
        return title.toString();
    }

    private static boolean equalsAny(@Nullable Object[] a) {
        for (int i = 1; i < a.length; i++) {
            if (same(a[0], a[i])) {
                return true;
            }
        }
        return false;
    }

    private static boolean same(@Nullable Object a, @Nullable Object b) {
        if (a instanceof Number x && b instanceof Number y) {
            return Double.compare(x.doubleValue(), y.doubleValue()) == 0;
        }
        return Objects.equals(a, b);
    }

    private static int compare(@Nullable Object a, @Nullable Object b) {
        if (a instanceof Number x && b instanceof Number y) {
            return Double.compare(x.doubleValue(), y.doubleValue());
        }
        return text(a).compareTo(text(b));
    }

    private static long length(@Nullable Object value) {
        return switch (value) {
            case String s -> s.getBytes(java.nio.charset.StandardCharsets.UTF_8).length;
            case List<?> l -> l.size();
            case Map<?, ?> m -> m.size();
            case null, default -> throw Template.wrong("len cannot take " + show(value));
        };
    }

    private static @Nullable Object index(@Nullable Object[] a) {
        Object value = a[0];
        for (int i = 1; i < a.length; i++) {
            value = switch (value) {
                case List<?> list -> list.get(number(a[i]));
                case Map<?, ?> map -> map.get(a[i]);
                case null, default -> throw Template.wrong("index cannot take " + show(value));
            };
        }
        return value;
    }

    private static Object slice(@Nullable Object[] a) {
        int from = a.length > 1 ? number(a[1]) : 0;
        if (a[0] instanceof List<?> list) {
            return list.subList(from, a.length > 2 ? number(a[2]) : list.size());
        }
        String text = text(a[0]);
        return text.substring(from, a.length > 2 ? number(a[2]) : text.length());
    }

    private static String join(@Nullable Object[] a, String separator) {
        List<String> texts = new ArrayList<>();
        for (Object value : a) {
            texts.add(show(value));
        }
        return String.join(separator, texts);
    }

    /// The verbs `%s %v %d %q %%`, with width and flags.
    private static String printf(@Nullable Object[] a) {
        String format = text(a[0]);
        StringBuilder out = new StringBuilder();
        int next = 1;
        for (int i = 0; i < format.length(); i++) {
            char c = format.charAt(i);
            if (c != '%') {
                out.append(c);
                continue;
            }
            int from = i++;
            while (i < format.length() && "+-# 0123456789.".indexOf(format.charAt(i)) >= 0) {
                i++;
            }
            char verb = i < format.length() ? format.charAt(i) : '%';
            String flags = format.substring(from, i);
            switch (verb) {
                case '%' -> out.append('%');
                case 's', 'v' -> out.append(String.format(Locale.ROOT, flags + "s", show(a[next++])));
                case 'q' -> out.append(Json.write(show(a[next++])));
                case 'd' ->
                    out.append(String.format(
                            Locale.ROOT, flags + "d", ((Number) Objects.requireNonNull(a[next++])).longValue()));
                case 't' -> out.append(a[next++]);
                default -> throw Template.wrong("printf does not know %" + verb);
            }
        }
        return out.toString();
    }
}
