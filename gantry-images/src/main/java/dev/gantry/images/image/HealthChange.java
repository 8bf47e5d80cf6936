package dev.gantry.images.image;

import dev.gantry.base.GoDuration;
import dev.gantry.images.document.Wire;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// `HEALTHCHECK` as a Dockerfile has it: `NONE`, or options and `CMD` with a command.
final class HealthChange {
    private static final Pattern OPTION = Pattern.compile("--([a-z-]+)=(\\S+)\\s+");
    private static final List<String> OPTIONS =
            List.of("interval", "timeout", "start-period", "start-interval", "retries");

    private HealthChange() {}

    static Wire.Health of(String line, String rest) {
        Map<String, String> options = new HashMap<>();
        String left = rest;
        for (Matcher m = OPTION.matcher(left); m.lookingAt(); m = OPTION.matcher(left)) {
            if (!OPTIONS.contains(m.group(1))) {
                throw Changes.wrong(line, "there is no option --" + m.group(1));
            }
            options.put(m.group(1), m.group(2));
            left = left.substring(m.end());
        }
        return new Wire.Health(
                test(line, left),
                nanos(line, options.getOrDefault("interval", "")),
                nanos(line, options.getOrDefault("timeout", "")),
                nanos(line, options.getOrDefault("start-period", "")),
                nanos(line, options.getOrDefault("start-interval", "")),
                retries(line, options.getOrDefault("retries", "0")));
    }

    private static List<String> test(String line, String left) {
        String word = left.split("\\s", 2)[0].toUpperCase(Locale.ROOT);
        String command = left.substring(word.length()).strip();
        if (word.equals("NONE") && command.isEmpty()) {
            return List.of("NONE");
        }
        if (!word.equals("CMD") || command.isEmpty()) {
            throw Changes.wrong(line, "it is NONE, or CMD and a command");
        }
        List<String> test = new ArrayList<>();
        Changes.json(command)
                .ifPresentOrElse(
                        words -> {
                            test.add("CMD");
                            test.addAll(words);
                        },
                        () -> test.addAll(List.of("CMD-SHELL", command)));
        return test;
    }

    /// A duration as Go writes it: `1m30s`.
    private static long nanos(String line, String text) {
        long sum = text.isEmpty()
                ? 0
                : GoDuration.parse(text)
                        .orElseThrow(() -> Changes.wrong(line, "\"" + text + "\" is no duration such as 1m30s"));
        if (sum > 0 && sum < 1_000_000) {
            throw Changes.wrong(line, "\"" + text + "\" is less than 1ms");
        }
        return sum;
    }

    private static int retries(String line, String text) {
        if (!text.matches("[0-9]{1,9}")) {
            throw Changes.wrong(line, "\"" + text + "\" is no number of retries");
        }
        return Integer.parseInt(text);
    }
}
