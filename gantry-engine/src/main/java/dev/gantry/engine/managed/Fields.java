package dev.gantry.engine.managed;

import dev.gantry.base.InvalidArgument;
import dev.gantry.engine.plugin.JsonTree;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// A JSON object read field by field; names are matched without case, as Go does. Absent and null are empty.
final class Fields {
    private final String what;
    private final String at;
    private final Map<String, @Nullable Object> fields = new TreeMap<>();

    private Fields(String what, String at, Map<?, ?> object) {
        this.what = what;
        this.at = at;
        object.forEach((key, value) -> fields.put(String.valueOf(key).toLowerCase(Locale.ROOT), value));
    }

    /// `what` is what is being done, for messages.
    static Fields read(String what, byte[] json) {
        try {
            return new Fields(what, "", JsonTree.object(json));
        } catch (IOException e) {
            throw new InvalidArgument(what, "config.json: " + e.getMessage(), "correct config.json", e);
        }
    }

    private @Nullable Object get(String name) {
        return fields.get(name.toLowerCase(Locale.ROOT));
    }

    String text(String name) {
        return maybeText(name).orElse("");
    }

    Optional<String> maybeText(String name) {
        return switch (get(name)) {
            case null -> Optional.empty();
            case String s when s.indexOf('\0') >= 0 -> throw wrong(name, "a text without zero bytes");
            case String s -> Optional.of(s);
            default -> throw wrong(name, "a text");
        };
    }

    boolean flag(String name) {
        return switch (get(name)) {
            case null -> false;
            case Boolean b -> b;
            default -> throw wrong(name, "true or false");
        };
    }

    long number(String name, long most) {
        return switch (get(name)) {
            case null -> 0;
            case Number n
            when n.doubleValue() == n.longValue() && n.longValue() >= 0 && n.longValue() <= most -> n.longValue();
            default -> throw wrong(name, "a whole number from 0 to " + most);
        };
    }

    Fields object(String name) {
        return switch (get(name)) {
            case null -> new Fields(what, path(name), Map.of());
            case Map<?, ?> map -> new Fields(what, path(name), map);
            default -> throw wrong(name, "an object");
        };
    }

    List<Fields> objects(String name) {
        List<Fields> all = new ArrayList<>();
        for (Object o : list(name)) {
            if (!(o instanceof Map<?, ?> map)) {
                throw wrong(name, "a list of objects");
            }
            all.add(new Fields(what, path(name), map));
        }
        return all;
    }

    List<String> texts(String name) {
        List<String> all = new ArrayList<>();
        for (Object o : list(name)) {
            if (!(o instanceof String s) || s.indexOf('\0') >= 0) {
                throw wrong(name, "a list of texts");
            }
            all.add(s);
        }
        return all;
    }

    private List<?> list(String name) {
        return switch (get(name)) {
            case null -> List.of();
            case List<?> list -> list;
            default -> throw wrong(name, "a list");
        };
    }

    InvalidArgument wrong(String name, String expected) {
        return new InvalidArgument(what, "config.json: " + path(name) + " is not " + expected, "correct config.json");
    }

    private String path(String name) {
        return at.isEmpty() ? name : at + "." + name;
    }
}
