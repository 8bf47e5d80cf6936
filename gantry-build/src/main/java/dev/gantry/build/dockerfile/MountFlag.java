package dev.gantry.build.dockerfile;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/// The value of `RUN --mount`, as keys and values with their variables not yet replaced.
///
/// @param keys with the names that they are known by here: `target`, `source`, `readonly`
public record MountFlag(String type, Map<String, String> keys, Place place) {
    private static final Map<String, String> OTHER_NAMES =
            Map.of("dst", "target", "destination", "target", "src", "source", "ro", "readonly", "rw", "readwrite");

    private static final Map<String, Set<String>> KNOWN = Map.of(
            "bind", Set.of("target", "source", "from", "readonly", "readwrite"),
            "cache", Set.of("target", "source", "from", "readonly", "readwrite", "id", "sharing", "mode", "uid", "gid"),
            "tmpfs", Set.of("target", "size"),
            "secret", Set.of("target", "id", "env", "required", "mode", "uid", "gid"),
            "ssh", Set.of("target", "id", "required", "mode", "uid", "gid"));

    private static final Set<String> ALONE = Set.of("readonly", "readwrite", "required");

    public MountFlag {
        keys = Map.copyOf(keys);
    }

    public Optional<String> key(String name) {
        return Optional.ofNullable(keys.get(name));
    }

    static MountFlag read(Flag flag) {
        Map<String, String> keys = new TreeMap<>();
        String type = "bind";
        for (String field : fields(flag)) {
            int equals = field.indexOf('=');
            String written = (equals < 0 ? field : field.substring(0, equals)).toLowerCase(Locale.ROOT);
            String name = OTHER_NAMES.getOrDefault(written, written);
            if (equals < 0 && !ALONE.contains(name)) {
                throw flag.place().fault("\"" + field + "\" in --mount has no value", "write " + written + "=value");
            }
            String value = equals < 0 ? "true" : field.substring(equals + 1);
            if (name.equals("type")) {
                type = value.toLowerCase(Locale.ROOT);
            } else {
                keys.put(name, value);
            }
        }
        Set<String> known = KNOWN.get(type);
        if (known == null) {
            throw flag.place()
                    .fault("there is no mount type \"" + type + "\"", "use bind, cache, tmpfs, secret or ssh");
        }
        for (String name : keys.keySet()) {
            if (!known.contains(name)) {
                throw flag.place()
                        .fault(
                                "a mount of type " + type + " has no \"" + name + "\"",
                                "use "
                                        + String.join(
                                                ", ", known.stream().sorted().toList()));
            }
        }
        boolean needsTarget = type.equals("bind") || type.equals("cache") || type.equals("tmpfs");
        if (needsTarget && keys.getOrDefault("target", "").isEmpty()) {
            throw flag.place().fault("a mount of type " + type + " has no target", "add target=/path");
        }
        return new MountFlag(type, keys, flag.place());
    }

    /// Separated by commas; one in double quotes may have commas itself, and `""` is then a quote. RFC 4180.
    private static List<String> fields(Flag flag) {
        List<String> fields = new ArrayList<>();
        StringBuilder field = new StringBuilder();
        String text = flag.value();
        boolean quoted = false;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (quoted && c == '"' && i + 1 < text.length() && text.charAt(i + 1) == '"') {
                field.append(text.charAt(++i));
            } else if (c == '"' && (quoted || field.isEmpty())) {
                quoted = !quoted;
            } else if (c == ',' && !quoted) {
                fields.add(field.toString());
                field.setLength(0);
            } else {
                field.append(c);
            }
        }
        if (quoted) {
            throw flag.place().fault("a quote in --mount is not closed", "close it with \"");
        }
        fields.add(field.toString());
        return fields;
    }
}
