package dev.gantry.images.image;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// `HEALTHCHECK NONE`, or `HEALTHCHECK [--interval=30s …] CMD command`, as in a Dockerfile.
final class HealthLine {
    private static final Pattern DURATION = Pattern.compile("([0-9]+(?:\\.[0-9]*)?)(ns|us|ms|s|m|h)");
    private static final Map<String, String> FLAGS = Map.of(
            "--interval", "Interval",
            "--timeout", "Timeout",
            "--start-period", "StartPeriod",
            "--start-interval", "StartInterval",
            "--retries", "Retries");
    private static final Map<String, Long> NANOS = Map.of(
            "ns", 1L,
            "us", 1_000L,
            "ms", 1_000_000L,
            "s", 1_000_000_000L,
            "m", 60_000_000_000L,
            "h", 3_600_000_000_000L);

    private HealthLine() {}

    static Map<String, Object> parse(String line, String arguments) {
        Map<String, Object> health = new TreeMap<>();
        String rest = arguments;
        while (rest.startsWith("--")) {
            String[] parts = rest.split("\\s+", 2);
            flag(line, parts[0], health);
            rest = parts.length == 2 ? parts[1].strip() : "";
        }
        String[] parts = rest.split("\\s+", 2);
        String command = parts.length == 2 ? parts[1].strip() : "";
        switch (parts[0].toUpperCase(Locale.ROOT)) {
            case "NONE" -> health.put("Test", List.of("NONE"));
            case "CMD" -> health.put("Test", test(line, command));
            default -> throw Changes.wrong(line, "Unknown type \"" + parts[0] + "\" in HEALTHCHECK (try CMD)");
        }
        return health;
    }

    private static List<String> test(String line, String command) {
        if (command.isEmpty()) {
            throw Changes.wrong(line, "Missing command after HEALTHCHECK CMD");
        }
        List<String> words = Changes.command(command);
        if (!command.startsWith("[")) {
            return List.of("CMD-SHELL", command);
        }
        List<String> test = new ArrayList<>(List.of("CMD"));
        test.addAll(words);
        return test;
    }

    private static void flag(String line, String word, Map<String, Object> health) {
        String[] parts = word.split("=", 2);
        String field = FLAGS.get(parts[0]);
        if (field == null || parts.length < 2) {
            throw Changes.wrong(line, "unknown flag: " + parts[0]);
        }
        if (!field.equals("Retries")) {
            health.put(field, nanos(line, parts[1]));
        } else if (parts[1].matches("[0-9]{1,9}")) {
            health.put(field, Long.parseLong(parts[1]));
        } else {
            throw Changes.wrong(line, "--retries must be a number of 0 or more");
        }
    }

    private static long nanos(String line, String text) {
        Matcher part = DURATION.matcher(text);
        BigDecimal sum = BigDecimal.ZERO;
        int at = 0;
        while (part.find() && part.start() == at) {
            sum = sum.add(new BigDecimal(part.group(1)).multiply(BigDecimal.valueOf(NANOS.getOrDefault(part.group(2), 1L))));
            at = part.end();
        }
        if (at != text.length() || at == 0 || sum.precision() - sum.scale() > 18) {
            throw Changes.wrong(line, "invalid duration \"" + text + "\"");
        }
        return sum.longValue();
    }
}
