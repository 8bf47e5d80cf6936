package dev.gantry.cli.container;

import dev.gantry.base.InvalidArgument;
import dev.gantry.base.Unavailable;
import dev.gantry.cli.Caller;
import dev.gantry.cli.flag.Parsed;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Variables and labels from flags and files. A flag wins over a file, the last over those before.
final class Variables {
    private Variables() {}

    /// `name=value` in order; a name alone takes the caller's value, and stays alone when the caller has none, which
    /// takes
    /// the image's variable away.
    static @Nullable List<String> of(Parsed args, Caller caller) {
        Map<String, String> variables = new LinkedHashMap<>();
        for (String file : args.list("env-file")) {
            for (String line : lines(file, caller)) {
                String name = line.contains("=") ? line.substring(0, line.indexOf('=')) : line;
                if (name.isEmpty() || name.chars().anyMatch(Character::isWhitespace)) {
                    throw new InvalidArgument(
                            "read " + file,
                            "'" + line + "' does not start with a name",
                            "write NAME=value on each line");
                }
                // Of a file, a name without a value anywhere is left out.
                if (line.contains("=") || caller.environment().containsKey(name)) {
                    variables.put(name, resolve(line, caller));
                }
            }
        }
        for (String variable : args.list("env")) {
            String name = variable.contains("=") ? variable.substring(0, variable.indexOf('=')) : variable;
            if (name.isEmpty()) {
                throw args.wrong("--env needs a name, not '" + variable + "'");
            }
            variables.remove(name);
            variables.put(name, resolve(variable, caller));
        }
        return variables.isEmpty() ? null : new ArrayList<>(variables.values());
    }

    static @Nullable Map<String, String> labels(Parsed args, Caller caller) {
        Map<String, String> labels = new LinkedHashMap<>();
        List<String> all = new ArrayList<>();
        args.list("label-file").forEach(file -> all.addAll(lines(file, caller)));
        all.addAll(args.list("label"));
        for (String label : all) {
            int equals = label.indexOf('=');
            labels.put(equals < 0 ? label : label.substring(0, equals), equals < 0 ? "" : label.substring(equals + 1));
        }
        return labels.isEmpty() ? null : labels;
    }

    private static String resolve(String variable, Caller caller) {
        if (variable.contains("=")) {
            return variable;
        }
        String value = caller.environment().get(variable);
        return value == null ? variable : variable + "=" + value;
    }

    /// The lines of a file that say something: no blank ones, no comments.
    private static List<String> lines(String file, Caller caller) {
        try (InputStream in = caller.open(file)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .map(String::stripLeading)
                    .filter(l -> !l.isEmpty() && !l.startsWith("#"))
                    .toList();
        } catch (IOException e) {
            throw new Unavailable("read " + file, String.valueOf(e.getMessage()), "check the file", e);
        }
    }
}
