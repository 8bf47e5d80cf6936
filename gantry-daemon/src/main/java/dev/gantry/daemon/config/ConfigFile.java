package dev.gantry.daemon.config;

import dev.gantry.base.InvalidArgument;
import dev.gantry.engine.plugin.JsonTree;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// `daemon.json`: the same options as flags, by their keys. All that is wrong with it is refused before anything of it
/// is used.
final class ConfigFile {
    private final Path path;
    private final Map<Option, List<String>> values = new LinkedHashMap<>();
    private final List<String> unknown = new ArrayList<>();

    private ConfigFile(Path path) {
        this.path = path;
    }

    /// Its values as a flag would have them.
    static Map<Option, List<String>> read(Path path) {
        var file = new ConfigFile(path);
        try {
            byte[] text = Files.readAllBytes(path);
            if (!new String(text, java.nio.charset.StandardCharsets.UTF_8).isBlank()) {
                file.take("", JsonTree.object(text));
            }
        } catch (IOException e) {
            throw file.wrong(String.valueOf(e.getMessage()), e);
        }
        if (!file.unknown.isEmpty()) {
            throw file.wrong(
                    "the following directives don't match any configuration option: " + String.join(", ", file.unknown),
                    null);
        }
        return file.values;
    }

    private void take(String prefix, Map<String, @Nullable Object> object) {
        object.forEach((name, value) -> {
            String key = prefix + name;
            Optional<Option> option = Options.byKey(key);
            if (option.isPresent()) {
                if (value != null) {
                    values.put(option.get(), texts(option.get(), value));
                }
            } else if (key.equals("proxies") && value instanceof Map<?, ?>) {
                take("proxies.", map(value));
            } else {
                unknown.add(key);
            }
        });
    }

    private List<String> texts(Option option, Object value) {
        if (option.rule() instanceof Option.Rule.Refused) {
            return List.of(String.valueOf(value));
        }
        return switch (option.form()) {
            case FLAG -> {
                if (!(value instanceof Boolean)) {
                    throw mistyped(option, "true or false");
                }
                yield List.of(value.toString());
            }
            case NUMBER -> List.of(number(option, value));
            case TEXT, PATH -> List.of(value instanceof Number ? number(option, value) : text(option, value));
            case LIST, PATHS ->
                list(option, value).stream().map(v -> text(option, v)).toList();
            case MAP -> pairs(option, value);
            case ULIMITS ->
                map(option, value).entrySet().stream()
                        .map(e -> e.getKey() + "=" + limit(option, map(option, e.getValue())))
                        .toList();
            case POOLS ->
                list(option, value).stream()
                        .map(v -> String.join(",", pairs(option, v)))
                        .toList();
            case NESTED ->
                map(option, value).entrySet().stream()
                        .flatMap(e -> pairs(option, e.getValue()).stream().map(p -> e.getKey() + "=" + p))
                        .toList();
        };
    }

    private String limit(Option option, Map<String, @Nullable Object> limit) {
        Object soft = limit.get("Soft");
        Object hard = limit.get("Hard");
        return number(option, soft) + ":" + number(option, hard);
    }

    private List<String> pairs(Option option, @Nullable Object value) {
        List<String> all = new ArrayList<>();
        map(option, value)
                .forEach((name, v) -> all.add(name + "="
                        + (v instanceof Number && option.form() == Option.Form.POOLS
                                ? number(option, v)
                                : text(option, v))));
        return all;
    }

    private String text(Option option, @Nullable Object value) {
        if (value instanceof String s) {
            return s;
        }
        throw mistyped(option, "a text");
    }

    private String number(Option option, @Nullable Object value) {
        if (value instanceof Number n && n.doubleValue() == Math.rint(n.doubleValue())) {
            return Long.toString(n.longValue());
        }
        throw mistyped(option, "a whole number");
    }

    private List<?> list(Option option, Object value) {
        if (value instanceof List<?> list) {
            return list;
        }
        throw mistyped(option, "a list");
    }

    private Map<String, @Nullable Object> map(Option option, @Nullable Object value) {
        if (value instanceof Map<?, ?>) {
            return map(value);
        }
        throw mistyped(option, "an object");
    }

    @SuppressWarnings("unchecked") // keys of JSON objects are texts
    private static Map<String, @Nullable Object> map(Object value) {
        return (Map<String, @Nullable Object>) value;
    }

    private InvalidArgument mistyped(Option option, String expected) {
        return wrong("the value of " + option.key() + " is not " + expected, null);
    }

    private InvalidArgument wrong(String why, @Nullable Exception cause) {
        String what = "configure the daemon with file " + path;
        String todo = "correct the file, or name another with --config-file";
        return cause == null ? new InvalidArgument(what, why, todo) : new InvalidArgument(what, why, todo, cause);
    }
}
