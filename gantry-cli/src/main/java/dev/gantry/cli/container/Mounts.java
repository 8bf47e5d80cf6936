package dev.gantry.cli.container;

import dev.gantry.api.container.Mount;
import dev.gantry.api.json.Empty;
import dev.gantry.cli.Caller;
import dev.gantry.cli.flag.Parsed;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The flags `-v`, `--mount`, `--tmpfs` and `--device`.
final class Mounts {
    private Mounts() {}

    /// `-v`: a relative source starts at the caller's directory.
    static List<String> binds(Parsed args, Caller caller) {
        List<String> binds = new ArrayList<>();
        for (String volume : args.list("volume")) {
            int colon = volume.indexOf(':');
            String source = colon < 0 ? "" : volume.substring(0, colon);
            boolean isPath = source.startsWith(".") || source.startsWith("/") || source.startsWith("~");
            if (colon < 0) {
                continue;
            }
            binds.add((isPath ? caller.absolute(source) : source) + volume.substring(colon));
        }
        return binds;
    }

    /// `-v` with a place in the container alone: a new volume there.
    static @Nullable Map<String, Empty> places(Parsed args) {
        Map<String, Empty> places = new LinkedHashMap<>();
        for (String volume : args.list("volume")) {
            if (volume.indexOf(':') < 0) {
                places.put(volume, new Empty());
            }
        }
        return places.isEmpty() ? null : places;
    }

    static @Nullable Map<String, String> tmpfs(Parsed args) {
        if (!args.isGiven("tmpfs")) {
            return null;
        }
        Map<String, String> mounts = new LinkedHashMap<>();
        for (String text : args.list("tmpfs")) {
            int colon = text.indexOf(':');
            mounts.put(colon < 0 ? text : text.substring(0, colon), colon < 0 ? "" : text.substring(colon + 1));
        }
        return mounts;
    }

    static List<Mount> mounts(Parsed args, Caller caller) {
        List<Mount> mounts = new ArrayList<>();
        for (String text : args.list("mount")) {
            mounts.add(mount(text, args, caller));
        }
        return mounts;
    }

    private static Mount mount(String text, Parsed args, Caller caller) {
        List<Map.Entry<String, String>> options = new ArrayList<>();
        for (String option : fields(text)) {
            int equals = option.indexOf('=');
            options.add(Map.entry(
                    (equals < 0 ? option : option.substring(0, equals)).strip().toLowerCase(Locale.ROOT),
                    equals < 0 ? "true" : option.substring(equals + 1)));
        }
        var m = new MountFlag(args, text);
        options.forEach(option -> m.take(option.getKey(), option.getValue()));
        return m.mount(caller);
    }

    /// Fields between commas; one with a comma of its own is quoted, as in CSV.
    private static List<String> fields(String text) {
        List<String> fields = new ArrayList<>();
        StringBuilder field = new StringBuilder();
        boolean quoted = false;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"') {
                boolean doubled = quoted && i + 1 < text.length() && text.charAt(i + 1) == '"';
                if (doubled) {
                    field.append(c);
                    i++;
                } else {
                    quoted = !quoted;
                }
            } else if (c == ',' && !quoted) {
                fields.add(field.toString());
                field.setLength(0);
            } else {
                field.append(c);
            }
        }
        fields.add(field.toString());
        return fields;
    }
}
