package dev.gantry.docker.container;

import dev.gantry.api.container.TopResponse;
import dev.gantry.docker.route.DockerError;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// The processes of a container as `ps` of the host prints them, whatever columns were asked for.
final class HostPs {
    private static final Duration PS_TAKES = Duration.ofSeconds(10);

    /// A column with another title, which is taken for the one of the pids.
    private static final Pattern RENAMED = Pattern.compile("\\s+(\\S*)=\\s*(PID\\S*)");

    private HostPs() {}

    /// Empty when the host has no `ps`.
    static Optional<TopResponse> read(List<Integer> pids, String arguments) {
        check(arguments);
        List<String> words = Arrays.asList(arguments.split(" "));
        List<String> some = new ArrayList<>(words);
        some.add("-q" + pids.stream().map(String::valueOf).collect(Collectors.joining(",")));
        Optional<Answer> first = run(some);
        if (first.isEmpty()) {
            return Optional.empty();
        }
        // Some options do not go with a list of pids.
        Answer answer = first.get().code() == 0 ? first.get() : run(words).orElse(first.get());
        if (answer.code() != 0) {
            String why = answer.errors().lines().findFirst().orElse("exit status " + answer.code());
            throw new DockerError(500, "ps: " + why);
        }
        return Optional.of(parse(answer.output(), pids));
    }

    private static void check(String arguments) {
        Matcher m = RENAMED.matcher(arguments);
        while (m.find()) {
            if (!m.group(1).equals("pid")) {
                throw new DockerError(500, "specifying \"" + m.group(1) + "=" + m.group(2) + "\" is not allowed");
            }
        }
    }

    /// The rows of these processes, and of their threads below them. The last column holds the rest of its line.
    static TopResponse parse(String output, List<Integer> pids) {
        List<String> lines = output.lines().toList();
        List<String> titles = fields(lines.isEmpty() ? "" : lines.getFirst());
        int column = titles.indexOf("PID");
        if (column < 0) {
            throw new DockerError(500, "Couldn't find PID field in ps output");
        }
        Set<String> wanted = new HashSet<>();
        pids.forEach(p -> wanted.add(Integer.toString(p)));
        List<List<String>> rows = new ArrayList<>();
        boolean ours = false;
        for (String line : lines.subList(1, lines.size())) {
            List<String> fields = fields(line);
            if (fields.size() <= column) {
                continue;
            }
            String pid = fields.get(column);
            ours = pid.equals("-") ? ours : wanted.contains(pid);
            if (ours) {
                rows.add(row(fields, titles.size()));
            }
        }
        return new TopResponse(titles, rows);
    }

    private static List<String> row(List<String> fields, int columns) {
        if (fields.size() < columns) {
            return fields;
        }
        List<String> row = new ArrayList<>(fields.subList(0, columns - 1));
        row.add(String.join(" ", fields.subList(columns - 1, fields.size())));
        return row;
    }

    /// Divided by blanks of ASCII alone: a name may hold others.
    private static List<String> fields(String line) {
        return Arrays.stream(line.split("[ \\t\\n\\r\\f\\x0B]+"))
                .filter(f -> !f.isEmpty())
                .toList();
    }

    private record Answer(int code, String output, String errors) {}

    private static Optional<Answer> run(List<String> arguments) {
        List<String> command = new ArrayList<>(List.of("ps"));
        command.addAll(arguments);
        Process ps;
        try {
            ps = new ProcessBuilder(command).start();
        } catch (IOException none) {
            return Optional.empty();
        }
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var output = CompletableFuture.supplyAsync(() -> text(ps.getInputStream()), threads);
            var errors = CompletableFuture.supplyAsync(() -> text(ps.getErrorStream()), threads);
            ps.getOutputStream().close();
            try {
                String told = output.get(PS_TAKES.toMillis(), TimeUnit.MILLISECONDS);
                return Optional.of(new Answer(ps.waitFor(), told, errors.get()));
            } finally {
                ps.destroyForcibly(); // before its readers are waited for
            }
        } catch (TimeoutException | ExecutionException | IOException e) {
            throw new DockerError(500, "ps: no answer: " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new DockerError(500, "ps: interrupted", e);
        } finally {
            ps.destroyForcibly();
        }
    }

    private static String text(InputStream in) {
        try (in) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
