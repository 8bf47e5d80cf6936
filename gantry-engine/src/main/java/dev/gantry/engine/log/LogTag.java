package dev.gantry.engine.log;

import dev.gantry.base.InvalidArgument;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Tags such as `{{.Name}}/{{.ID}}` or `{{upper .ImageName}}`: the part of Go's templates that tags are made of. Pure.
final class LogTag {
    private static final Pattern ACTION = Pattern.compile("\\{\\{-?\\s*(.*?)\\s*-?}}", Pattern.DOTALL);
    private static final int SHORT = 12;

    private static final Map<String, Function<LogSource, String>> FIELDS = Map.ofEntries(
            Map.entry("ID", s -> s.id().shortHex()),
            Map.entry("FullID", s -> s.id().hex()),
            Map.entry("ContainerID", s -> s.id().hex()),
            Map.entry("Name", LogSource::name),
            Map.entry("ContainerName", s -> "/" + s.name()),
            // With its algorithm, as dockerd cuts it.
            Map.entry(
                    "ImageID",
                    s -> s.imageId().substring(0, Math.min(SHORT, s.imageId().length()))),
            Map.entry("ImageFullID", LogSource::imageId),
            Map.entry("ContainerImageID", LogSource::imageId),
            Map.entry("ImageName", LogSource::image),
            Map.entry("ContainerImageName", LogSource::image),
            Map.entry("Command", s -> String.join(" ", s.command())),
            Map.entry("DaemonName", _ -> "docker"));

    private static final Map<String, UnaryOperator<String>> FUNCTIONS = Map.of(
            "lower", s -> s.toLowerCase(Locale.ROOT),
            "upper", s -> s.toUpperCase(Locale.ROOT),
            "title", LogTag::title,
            "json", s -> "\"" + s.replace("\\", "\\\\").replace("\"", "\\\"") + "\"");

    private LogTag() {}

    static String fill(String template, LogSource source) {
        Matcher action = ACTION.matcher(template);
        return action.replaceAll(m -> Matcher.quoteReplacement(value(template, m.group(1), source)));
    }

    static void check(String template) {
        Matcher action = ACTION.matcher(template);
        while (action.find()) {
            words(template, action.group(1));
        }
        if (ACTION.matcher(template).replaceAll("").contains("{{")) {
            throw refused(template, "an action is not closed");
        }
    }

    private static String value(String template, String action, LogSource source) {
        Deque<String> words = words(template, action);
        Function<LogSource, String> field = FIELDS.get(words.removeLast());
        String value = field == null ? "" : field.apply(source);
        while (!words.isEmpty()) {
            value = FUNCTIONS
                    .getOrDefault(words.removeLast(), UnaryOperator.identity())
                    .apply(value);
        }
        return value;
    }

    /// Functions, the innermost last, and then the field. `.Field | f` is `f .Field`.
    private static Deque<String> words(String template, String action) {
        Deque<String> words = new ArrayDeque<>();
        for (String part : action.split("\\|")) {
            List<String> said = List.of(part.strip().split("\\s+"));
            for (String word : said.reversed()) {
                boolean field = word.startsWith(".");
                String name = field ? word.substring(1) : word;
                if (!(field ? FIELDS : FUNCTIONS).containsKey(name) || field != words.isEmpty()) {
                    throw refused(template, word.isEmpty() ? "an action is empty" : "there is no " + word + " here");
                }
                words.addFirst(name);
            }
        }
        return words;
    }

    private static String title(String text) {
        return text.isEmpty() ? text : text.substring(0, 1).toUpperCase(Locale.ROOT) + text.substring(1);
    }

    private static InvalidArgument refused(String template, String why) {
        return new InvalidArgument(
                "log with the tag " + template, why, "use fields such as {{.ID}}, {{.Name}} and {{.ImageName}}");
    }
}
