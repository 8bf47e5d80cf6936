package dev.gantry.images.image;

import dev.gantry.base.InvalidArgument;
import dev.gantry.base.Unsupported;
import dev.gantry.images.document.Wire;
import io.avaje.jsonb.Jsonb;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Dockerfile lines that change a configuration, as `import --change` takes them.
final class Changes {
    private @Nullable String user;
    private final Map<String, Object> exposedPorts = new LinkedHashMap<>();
    private final Map<String, String> env = new LinkedHashMap<>();
    private @Nullable List<String> entrypoint;
    private @Nullable List<String> cmd;
    private final Map<String, Object> volumes = new LinkedHashMap<>();
    private @Nullable String workingDir;
    private final Map<String, String> labels = new LinkedHashMap<>();
    private @Nullable String stopSignal;
    private Wire.@Nullable Health health;

    private Changes() {}

    static Wire.Run apply(List<String> lines) {
        Changes changes = new Changes();
        lines.forEach(changes::line);
        return changes.run();
    }

    private Wire.Run run() {
        return new Wire.Run(
                user,
                exposedPorts.isEmpty() ? null : exposedPorts,
                env.entrySet().stream()
                        .map(e -> e.getKey() + "=" + e.getValue())
                        .toList(),
                entrypoint,
                cmd,
                volumes.isEmpty() ? null : volumes,
                workingDir,
                labels.isEmpty() ? null : labels,
                stopSignal,
                health);
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
            case "CMD" -> cmd = command(rest);
            case "ENTRYPOINT" -> entrypoint = command(rest);
            case "ENV" -> pairs(text, rest, env);
            case "LABEL" -> pairs(text, rest, labels);
            case "USER" -> user = single(text, rest);
            case "WORKDIR" -> workingDir = absolute(rest);
            case "STOPSIGNAL" -> stopSignal = single(text, rest);
            case "EXPOSE" -> Words.split(text, rest).forEach(p -> exposedPorts.put(port(text, p), Map.of()));
            case "VOLUME" -> json(rest).orElseGet(() -> Words.split(text, rest)).forEach(v -> volumes.put(v, Map.of()));
            case "HEALTHCHECK" -> health = HealthChange.of(text, rest);
            case "ONBUILD", "SHELL" ->
                throw new Unsupported(
                        "change the image by " + text, keyword + " is not supported here yet", "leave it out");
            default -> throw wrong(text, keyword + " is not a valid change command");
        }
    }

    static List<String> command(String rest) {
        return json(rest).orElseGet(() -> List.of("/bin/sh", "-c", rest));
    }

    static java.util.Optional<List<String>> json(String rest) {
        if (!rest.startsWith("[")) {
            return java.util.Optional.empty();
        }
        try {
            return java.util.Optional.of(
                    List.copyOf(Jsonb.instance().type(String.class).list().fromJson(rest)));
        } catch (RuntimeException _) {
            // As in a Dockerfile: what is no JSON is a command for the shell.
            return java.util.Optional.empty();
        }
    }

    /// `k=v k2="v 2"`, or the old form `k the rest of the line`.
    private static void pairs(String line, String rest, Map<String, String> into) {
        List<String> words = Words.split(line, rest);
        if (words.getFirst().indexOf('=') < 0) {
            if (words.size() < 2) {
                throw wrong(line, "it needs a name and a value");
            }
            into.put(words.getFirst(), rest.substring(words.getFirst().length()).strip());
            return;
        }
        for (String word : words) {
            int equals = word.indexOf('=');
            if (equals < 1) {
                throw wrong(line, "\"" + word + "\" is not name=value");
            }
            into.put(word.substring(0, equals), word.substring(equals + 1));
        }
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
        String base = workingDir == null ? "/" : workingDir;
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
