package dev.gantry.engine.plugin;

import dev.gantry.base.Internal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What a plugin answered, read field by field. A field of another type than asked for is an error that names it;
/// one that is absent or null is the empty value of its type.
public final class PluginAnswer {
    private static final int SHOWN = 500;

    private final String what;
    private final Map<String, @Nullable Object> fields;

    public PluginAnswer(String what, Map<String, @Nullable Object> fields) {
        this.what = what;
        this.fields = fields;
    }

    public boolean has(String name) {
        return fields.get(name) != null;
    }

    public String text(String name) {
        return switch (fields.get(name)) {
            case null -> "";
            case String s when s.indexOf('\0') >= 0 -> throw wrong(name, "a text without zero bytes");
            case String s -> s;
            default -> throw wrong(name, "a text");
        };
    }

    public boolean flag(String name) {
        return switch (fields.get(name)) {
            case null -> false;
            case Boolean b -> b;
            default -> throw wrong(name, "true or false");
        };
    }

    /// A whole number within these bounds; absent is `least`.
    public long number(String name, long least, long most) {
        Object value = fields.get(name);
        if (value == null) {
            return least;
        }
        if (value instanceof Number n
                && n.doubleValue() == Math.rint(n.doubleValue())
                && n.doubleValue() >= least
                && n.doubleValue() <= most) {
            return n.longValue();
        }
        throw wrong(name, "a whole number from " + least + " to " + most);
    }

    public PluginAnswer object(String name) {
        return switch (fields.get(name)) {
            case null -> new PluginAnswer(what, Map.of());
            case Map<?, ?> map -> new PluginAnswer(what, JsonTree.texts(map));
            default -> throw wrong(name, "an object");
        };
    }

    public List<PluginAnswer> objects(String name) {
        List<PluginAnswer> all = new ArrayList<>();
        for (Object o : list(name)) {
            if (!(o instanceof Map<?, ?> map)) {
                throw wrong(name, "a list of objects");
            }
            all.add(new PluginAnswer(what, JsonTree.texts(map)));
        }
        return all;
    }

    public List<String> texts(String name) {
        List<String> all = new ArrayList<>();
        for (Object o : list(name)) {
            if (!(o instanceof String s)) {
                throw wrong(name, "a list of texts");
            }
            all.add(s);
        }
        return all;
    }

    /// Whole numbers from 0 to `most`.
    public List<Long> numbers(String name, long most) {
        List<Long> all = new ArrayList<>();
        for (Object o : list(name)) {
            if (!(o instanceof Number n)
                    || n.longValue() != n.doubleValue()
                    || n.longValue() < 0
                    || n.longValue() > most) {
                throw wrong(name, "a list of whole numbers up to " + most);
            }
            all.add(n.longValue());
        }
        return all;
    }

    private List<?> list(String name) {
        return switch (fields.get(name)) {
            case null -> List.of();
            case List<?> list -> list;
            default -> throw wrong(name, "a list");
        };
    }

    /// Every field, for those that hand them on as they are.
    public Map<String, @Nullable Object> all() {
        return new LinkedHashMap<>(fields);
    }

    /// The error of a field that is not as the protocol says.
    public Internal wrong(String name, String expected) {
        Object value = fields.get(name);
        return new Internal(
                what,
                "the plugin answered " + name + " = " + shown(String.valueOf(value)) + " where " + expected
                        + " belongs",
                "tell its maker");
    }

    /// A foreign text as it may stand in our messages: one line, not too long.
    public static String shown(String text) {
        StringBuilder shown = new StringBuilder();
        for (int i = 0; i < text.length() && i < SHOWN; i++) {
            char c = text.charAt(i);
            shown.append(Character.isISOControl(c) ? ' ' : c);
        }
        return text.length() > SHOWN ? shown.append('…').toString() : shown.toString();
    }
}
