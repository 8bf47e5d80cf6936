package dev.gantry.images.image;

import dev.gantry.base.InvalidArgument;
import dev.gantry.base.JsonText;
import dev.gantry.images.document.Documents;
import dev.gantry.images.document.Wire;
import io.avaje.jsonb.Jsonb;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.UnaryOperator;

/// Dockerfile lines that change what an image runs, as `import --change` and `commit --change` take them. What is run
/// is the object `config` of OCI image-spec 1.1 §config, with Docker's own fields; those that are not known here stay.
public final class Changes {
    private final Map<String, Object> run;

    private Changes(Map<String, Object> run) {
        this.run = run;
    }

    /// `run` with these lines applied to it.
    public static Map<String, Object> apply(Map<String, Object> run, List<String> lines) {
        Changes changes = new Changes(new TreeMap<>(run));
        lines.forEach(changes::line);
        return changes.run;
    }

    /// `run` filled up with what `other` has and it has not, as Docker merges the configuration of an image.
    public static Map<String, Object> merge(Map<String, Object> run, Map<String, Object> other) {
        Changes changes = new Changes(new TreeMap<>(run));
        for (String set : List.of("ExposedPorts", "Volumes", "Labels")) {
            Map<String, Object> all = new TreeMap<>(Json.object(other.get(set)));
            all.putAll(Json.object(run.get(set)));
            changes.put(set, all);
        }
        List<String> env = new ArrayList<>(Json.texts(run.get("Env")));
        for (String variable : Json.texts(other.get("Env"))) {
            String name = variable.split("=", 2)[0];
            if (env.stream().noneMatch(v -> v.split("=", 2)[0].equals(name))) {
                env.add(variable);
            }
        }
        changes.put("Env", env);
        if (!run.containsKey("Entrypoint")) {
            if (!run.containsKey("Cmd")) {
                changes.put("Cmd", Json.texts(other.get("Cmd")));
            }
            changes.put("Entrypoint", Json.texts(other.get("Entrypoint")));
        }
        for (String one : List.of("User", "WorkingDir", "StopSignal", "Healthcheck", "Shell", "ArgsEscaped")) {
            Object value = other.get(one);
            if (value != null) {
                changes.run.putIfAbsent(one, value);
            }
        }
        return changes.run;
    }

    /// What is empty is left out.
    private void put(String key, Object value) {
        boolean empty = value instanceof Map<?, ?> map && map.isEmpty()
                || value instanceof List<?> list && list.isEmpty()
                || value.equals("");
        if (empty) {
            run.remove(key);
        } else {
            run.put(key, value);
        }
    }

    private void line(String text) {
        String line = text.strip();
        int end = 0;
        while (end < line.length() && !Character.isWhitespace(line.charAt(end))) {
            end++;
        }
        String rest = line.substring(end).strip();
        String keyword = line.substring(0, end).toUpperCase(Locale.ROOT);
        if (rest.isEmpty()) {
            throw wrong(text, "it needs an argument");
        }
        switch (keyword) {
            case "CMD" -> put("Cmd", command(rest));
            case "ENTRYPOINT" -> put("Entrypoint", command(rest));
            case "ENV" -> env(pairs(text, rest));
            case "LABEL" -> add("Labels", pairs(text, rest));
            case "USER" -> put("User", single(text, rest));
            case "WORKDIR" -> put("WorkingDir", absolute(rest));
            case "STOPSIGNAL" -> put("StopSignal", single(text, rest));
            case "EXPOSE" -> add("ExposedPorts", set(Words.split(text, rest), word -> port(text, word)));
            case "VOLUME" -> add("Volumes", set(json(rest).orElseGet(() -> Words.split(text, rest)), v -> v));
            case "ONBUILD" -> onBuild(text, rest);
            case "HEALTHCHECK" -> put("Healthcheck", health(text, rest));
            default -> throw wrong(text, keyword + " is not a valid change command");
        }
    }

    private static Map<String, Object> health(String text, String rest) {
        byte[] document = Documents.write(HealthChange.of(text, rest), Wire.Health.class);
        return Json.read(document, "a health check");
    }

    private void add(String key, Map<String, ?> more) {
        Map<String, Object> all = new TreeMap<>(Json.object(run.get(key)));
        all.putAll(more);
        put(key, all);
    }

    private static Map<String, Object> set(List<String> words, UnaryOperator<String> form) {
        Map<String, Object> set = new TreeMap<>();
        words.forEach(word -> set.put(form.apply(word), Map.of()));
        return set;
    }

    /// A variable that is there changes where it stands.
    private void env(Map<String, String> more) {
        Map<String, String> all = new LinkedHashMap<>();
        for (String variable : Json.texts(run.get("Env"))) {
            String[] parts = variable.split("=", 2);
            all.put(parts[0], parts.length == 2 ? parts[1] : "");
        }
        all.putAll(more);
        put(
                "Env",
                all.entrySet().stream()
                        .map(e -> e.getKey() + "=" + e.getValue())
                        .toList());
    }

    private void onBuild(String text, String rest) {
        String keyword = rest.split("\\s", 2)[0].toUpperCase(Locale.ROOT);
        switch (keyword) {
            case "ONBUILD" -> throw wrong(text, "Chaining ONBUILD via `ONBUILD ONBUILD` isn't allowed");
            case "FROM", "MAINTAINER" -> throw wrong(text, keyword + " isn't allowed as an ONBUILD trigger");
            default -> {
                List<String> all = new ArrayList<>(Json.texts(run.get("OnBuild")));
                all.add(rest);
                put("OnBuild", all);
            }
        }
    }

    static List<String> command(String rest) {
        return json(rest).orElseGet(() -> List.of("/bin/sh", "-c", rest));
    }

    static Optional<List<String>> json(String rest) {
        if (!rest.startsWith("[")) {
            return Optional.empty();
        }
        try {
            return Optional.of(
                    List.copyOf(Jsonb.instance().type(String.class).list().fromJson(JsonText.readable(rest))));
        } catch (RuntimeException _) {
            // As in a Dockerfile: what is no JSON is a command for the shell.
            return Optional.empty();
        }
    }

    /// `k=v k2="v 2"`, or the old form `k the rest of the line`.
    private static Map<String, String> pairs(String line, String rest) {
        Map<String, String> into = new LinkedHashMap<>();
        List<String> words = Words.split(line, rest);
        if (words.getFirst().indexOf('=') < 0) {
            if (words.size() < 2) {
                throw wrong(line, "it needs a name and a value");
            }
            into.put(words.getFirst(), rest.substring(words.getFirst().length()).strip());
            return into;
        }
        for (String word : words) {
            int equals = word.indexOf('=');
            if (equals < 1) {
                throw wrong(line, "\"" + word + "\" is not name=value");
            }
            into.put(word.substring(0, equals), word.substring(equals + 1));
        }
        return into;
    }

    private static String single(String line, String rest) {
        List<String> words = Words.split(line, rest);
        if (words.size() != 1) {
            throw wrong(line, "it takes one word");
        }
        return words.getFirst();
    }

    private String absolute(String rest) {
        String path = Words.split(rest, rest).getFirst();
        String base = run.get("WorkingDir") instanceof String now ? now : "/";
        return path.startsWith("/") ? path : base + (base.endsWith("/") ? "" : "/") + path;
    }

    private static String port(String line, String word) {
        String[] parts = word.split("/", -1);
        boolean ok = parts.length <= 2
                && parts[0].matches("[0-9]{1,5}(-[0-9]{1,5})?")
                && (parts.length == 1 || parts[1].matches("(?i)tcp|udp|sctp"));
        if (!ok) {
            throw wrong(line, "\"" + word + "\" is not a port");
        }
        return parts[0] + "/" + (parts.length == 1 ? "tcp" : parts[1].toLowerCase(Locale.ROOT));
    }

    static InvalidArgument wrong(String line, String why) {
        return new InvalidArgument("change the image by " + line, why, "write it as in a Dockerfile");
    }

    /// Words as a shell would split them: quotes keep blanks, a backslash keeps the next character.
    private static final class Words {
        private Words() {}

        static List<String> split(String line, String text) {
            List<String> words = new ArrayList<>();
            StringBuilder word = new StringBuilder();
            boolean open = false;
            char quote = 0;
            for (int i = 0; i < text.length(); i++) {
                char c = text.charAt(i);
                if (c == '\\' && quote != '\'' && i + 1 < text.length()) {
                    word.append(text.charAt(++i));
                    open = true;
                } else if (quote != 0) {
                    if (c == quote) {
                        quote = 0;
                    } else {
                        word.append(c);
                    }
                } else if (c == '"' || c == '\'') {
                    quote = c;
                    open = true;
                } else if (Character.isWhitespace(c)) {
                    if (open) {
                        words.add(word.toString());
                    }
                    word.setLength(0);
                    open = false;
                } else {
                    word.append(c);
                    open = true;
                }
            }
            if (quote != 0) {
                throw wrong(line, "a quote is not closed");
            }
            if (open) {
                words.add(word.toString());
            }
            if (words.isEmpty()) {
                throw wrong(line, "it needs an argument");
            }
            return words;
        }
    }
}
