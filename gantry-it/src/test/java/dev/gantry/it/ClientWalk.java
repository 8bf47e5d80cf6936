package dev.gantry.it;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// The steps of `client-walk.txt`: read, run against an engine, written with what it said.
final class ClientWalk {
    private static final int STEP_TAKES = 60;

    /// What a step gave.
    record Outcome(String code, List<String> lines) {}

    private static final Pattern ERROR = Pattern.compile("((docker: )?Error response from daemon: )(.*)");

    /// Errors of ours say more: what they say must have the last part of what the other engine says in it.
    static boolean same(Outcome theirs, Outcome ours) {
        List<String> left = new ArrayList<>(ours.lines());
        for (String line : theirs.lines()) {
            var error = ERROR.matcher(line);
            String last = line.substring(line.lastIndexOf(": ") + 1)
                    .split("\\. ", 2)[0]
                    .toLowerCase(Locale.ROOT);
            boolean found = left.remove(line)
                    || error.matches()
                            && left.removeIf(our -> our.startsWith(error.group(1))
                                    && our.toLowerCase(Locale.ROOT).contains(last));
            if (!found) {
                return false;
            }
        }
        return left.isEmpty() && theirs.code().equals(ours.code());
    }

    /// One line for `sh`, what a dockerd gives for it, and why Gantry gives something else (empty: it does not).
    record Step(List<String> before, String command, Outcome outcome, String difference) {
        Step with(Outcome other) {
            return new Step(before, command, other, difference);
        }
    }

    /// Ids, times, addresses of the machine, names that were made up: by the text that stands for them.
    private static final Map<String, Pattern> CHANGING = Map.of(
            "ID", Pattern.compile("\\b([0-9a-f]{64}|[0-9a-f]{12})\\b"),
            "TIME", Pattern.compile("\\d{4}-\\d\\d-\\d\\dT[\\d:.]+(Z|[+-]\\d\\d:\\d\\d)"),
            "NAME", Pattern.compile("(?<=endpoint )[a-z]+_[a-z]+"),
            "LOOKUP", Pattern.compile("dial tcp: lookup .*"));

    private ClientWalk() {}

    static List<Step> read(Path file) throws IOException {
        List<Step> steps = new ArrayList<>();
        List<String> before = new ArrayList<>();
        @Nullable String command = null;
        String code = "0";
        String difference = "";
        List<String> lines = new ArrayList<>();
        for (String line : Stream.concat(Files.readAllLines(file).stream(), Stream.of("$ "))
                .toList()) {
            String rest = line.length() < 2 ? "" : line.substring(2);
            if (line.startsWith("| ")) {
                lines.add(rest);
            } else if (line.startsWith("? ")) {
                code = rest;
            } else if (line.startsWith("~ ")) {
                difference = rest;
            } else {
                if (command != null) {
                    steps.add(
                            new Step(List.copyOf(before), command, new Outcome(code, List.copyOf(lines)), difference));
                    before.clear();
                    lines.clear();
                    code = "0";
                    difference = "";
                }
                command = line.startsWith("$ ") ? rest : null;
                if (command == null) {
                    before.add(line);
                }
            }
        }
        return steps;
    }

    static void write(Path file, List<Step> steps) throws IOException {
        List<String> all = new ArrayList<>();
        for (Step step : steps) {
            all.addAll(step.before());
            all.add("$ " + step.command());
            if (!step.outcome().code().equals("0")) {
                all.add("? " + step.outcome().code());
            }
            step.outcome().lines().forEach(line -> all.add("| " + line));
            if (!step.difference().isEmpty()) {
                all.add("~ " + step.difference());
            }
        }
        Files.write(file, all);
    }

    /// Runs the steps in order, with files in `work` and the client's settings beside it.
    static List<Outcome> run(List<Step> steps, String host, Path work, List<String> inside) throws IOException {
        Files.createDirectories(work.resolve("files"));
        Files.createDirectories(work.resolve("settings"));
        List<Outcome> outcomes = new ArrayList<>();
        for (Step step : steps) {
            outcomes.add(run(step.command(), host, work, inside));
        }
        return outcomes;
    }

    private static Outcome run(String command, String host, Path work, List<String> inside) throws IOException {
        Path output = work.resolve("output");
        List<String> words = new ArrayList<>(inside);
        words.addAll(List.of("timeout", "-k", "5", Integer.toString(STEP_TAKES), "sh", "-c", command));
        ProcessBuilder builder = new ProcessBuilder(words)
                .directory(work.resolve("files").toFile())
                .redirectErrorStream(true)
                .redirectInput(Path.of("/dev/null").toFile())
                .redirectOutput(output.toFile());
        builder.environment().put("DOCKER_HOST", host);
        builder.environment().put("DOCKER_CONFIG", work.resolve("settings").toString());
        builder.environment().put("HOME", work.toString());
        Process process = builder.start();
        try {
            if (!process.waitFor(STEP_TAKES + 30, TimeUnit.SECONDS)) {
                process.descendants().forEach(ProcessHandle::destroyForcibly);
                process.destroyForcibly();
                throw new AssertionError("does not end: " + command);
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
            throw new UncheckedIOException(new IOException("interrupted in: " + command, e));
        }
        String text = Files.readString(output, StandardCharsets.ISO_8859_1)
                .replace(host, "HOST")
                .replace(work.toString(), "WORK");
        for (Map.Entry<String, Pattern> each : CHANGING.entrySet()) {
            text = each.getValue().matcher(text).replaceAll(each.getKey());
        }
        List<String> lines = text.lines()
                .filter(line -> !line.isBlank())
                .map(String::stripTrailing)
                .sorted()
                .toList();
        return new Outcome(Integer.toString(process.exitValue()), lines);
    }
}
