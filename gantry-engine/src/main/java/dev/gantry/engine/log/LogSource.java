package dev.gantry.engine.log;

import dev.gantry.base.ContainerId;
import dev.gantry.base.InvalidArgument;
import dev.gantry.engine.container.Container;
import dev.gantry.engine.container.ContainerSpec;
import dev.gantry.engine.container.StoredContainer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/// What a driver may tell about the container whose records it gets.
public record LogSource(
        ContainerId id,
        String name,
        String imageId,
        String image,
        List<String> command,
        Instant created,
        Map<String, String> labels,
        List<String> env,
        Map<String, String> options) {
    private static final Pattern CONTROL = Pattern.compile("[\\p{Cc}\\p{Zl}\\p{Zp}]");

    public LogSource {
        command = List.copyOf(command);
        labels = Map.copyOf(labels);
        env = List.copyOf(env);
        options = Map.copyOf(options);
    }

    static LogSource of(StoredContainer c) {
        return of(c.id(), c.name(), c.imageId(), c.created(), c.spec());
    }

    static LogSource of(ContainerId id, String name, String imageId, Instant created, ContainerSpec spec) {
        List<String> command = new ArrayList<>(spec.command().entrypoint());
        command.addAll(spec.command().args());
        return new LogSource(
                id,
                name,
                imageId,
                spec.image(),
                command,
                created,
                spec.labels(),
                spec.command().env(),
                spec.log().options());
    }

    /// What every record of a container's own file carries besides, in order; empty for other kinds of logs.
    public static SortedMap<String, String> details(Container c) {
        return c.spec().log().kind() == ContainerSpec.LogConfig.Kind.JSON_FILE
                ? of(c.id(), c.name(), c.imageId(), c.created(), c.spec()).details()
                : new TreeMap<>();
    }

    SortedMap<String, String> details() {
        SortedMap<String, String> all = attributes();
        if (!option("tag").isEmpty()) {
            all.put("tag", tag(""));
        }
        return all;
    }

    public String option(String key) {
        return options.getOrDefault(key, "");
    }

    /// The option `tag` with its fields filled in, or `otherwise` with them.
    /// An image names its command: what could end a record in it is a blank.
    public String tag(String otherwise) {
        return CONTROL.matcher(LogTag.fill(options.getOrDefault("tag", otherwise), this))
                .replaceAll(" ");
    }

    /// The labels and variables that the options `labels`, `labels-regex`, `env` and `env-regex` name, in order.
    public SortedMap<String, String> attributes() {
        SortedMap<String, String> all = new TreeMap<>();
        choose(all, labels, "labels");
        Map<String, String> variables = new TreeMap<>();
        for (String variable : env) {
            int equals = variable.indexOf('=');
            if (equals > 0) {
                variables.put(variable.substring(0, equals), variable.substring(equals + 1));
            }
        }
        choose(all, variables, "env");
        return all;
    }

    private void choose(Map<String, String> into, Map<String, String> from, String option) {
        for (String name : option(option).split(",")) {
            String value = from.get(name);
            if (value != null) {
                into.put(name, value);
            }
        }
        if (!option(option + "-regex").isEmpty()) {
            Pattern wanted = pattern(option + "-regex", option(option + "-regex"));
            from.forEach((name, value) -> {
                if (wanted.matcher(name).find()) {
                    into.put(name, value);
                }
            });
        }
    }

    /// Refuses what [#tag] and [#attributes] could not use.
    static void check(Map<String, String> options) {
        LogTag.check(options.getOrDefault("tag", ""));
        Arrays.asList("labels-regex", "env-regex").forEach(key -> pattern(key, options.getOrDefault(key, "")));
    }

    private static Pattern pattern(String key, String text) {
        try {
            return Pattern.compile(text);
        } catch (PatternSyntaxException e) {
            throw new InvalidArgument(
                    "log with the option " + key + "=" + text,
                    "it is no regular expression: " + e.getDescription(),
                    "correct it",
                    e);
        }
    }
}
