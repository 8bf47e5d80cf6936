package dev.gantry.build.frontend;

import dev.gantry.base.GantryException;
import dev.gantry.base.Platform;
import dev.gantry.build.check.Finding;
import dev.gantry.build.graph.Files;
import dev.gantry.build.graph.Op;
import dev.gantry.build.graph.PlanText;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/// Small Dockerfiles with what becomes of them: title, rows of the contract, wishes, text, and the plan, the findings
/// or the fault.
final class Corpus {
    static final List<String> TOPICS =
            List.of("file", "variables", "stages", "run", "copy", "config", "checks", "faults");

    record Case(String title, List<String> rows, List<String> wishes, String dockerfile, String expected) {
        @Override
        public String toString() {
            return title;
        }
    }

    private Corpus() {}

    static List<Case> cases() {
        return TOPICS.stream().flatMap(t -> cases(t).stream()).toList();
    }

    static List<Case> cases(String topic) {
        List<Case> cases = new ArrayList<>();
        for (String part : read(topic + ".cases").split("(?m)^=== ", -1)) {
            if (!part.isBlank()) {
                cases.add(read(topic, part));
            }
        }
        return cases;
    }

    private static Case read(String topic, String part) {
        int begin = part.indexOf("\n--\n");
        int end = part.indexOf("\n==>\n");
        List<String> head = part.substring(0, begin).lines().toList();
        List<String> rows = new ArrayList<>();
        List<String> wishes = new ArrayList<>();
        for (String line : head.subList(1, head.size())) {
            List<String> into = line.startsWith("rows: ") ? rows : wishes;
            into.addAll(Arrays.asList(line.substring(6).split("; ")));
        }
        // Characters that no editor leaves alone are written as others.
        String dockerfile = part.substring(begin + 4, Math.max(begin + 4, end))
                .replace("␊", "")
                .replace("␍", "\r")
                .replace("␀", "\0")
                .replace("␉", "\t")
                .replace("␠", " ")
                .replace("⌘", "\uFEFF");
        return new Case(
                topic + ": " + head.getFirst(),
                rows,
                wishes,
                dockerfile,
                part.substring(end + 5).strip());
    }

    static String read(String name) {
        try (InputStream in = Corpus.class.getResourceAsStream("/dockerfile-corpus/" + name)) {
            if (in == null) {
                throw new IllegalStateException("there is no resource " + name);
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static String actual(Case one) {
        Wishes wishes = wishes(one.wishes());
        try {
            if (one.wishes().contains("check")) {
                return findings(DockerfileFrontend.check(one.dockerfile(), wishes, new InMemoryBases()))
                        .strip();
            }
            if (one.wishes().contains("targets")) {
                return DockerfileFrontend.targets(one.dockerfile()).stream()
                        .map(Target::toString)
                        .collect(Collectors.joining("\n"));
            }
            Planned planned = DockerfileFrontend.plan(one.dockerfile(), wishes, new InMemoryBases());
            String more = planned.time().map(t -> "time " + t + "\n").orElse("")
                    + (planned.cacheInline() ? "cache inline\n" : "")
                    + (planned.unused().isEmpty() ? "" : "unused " + planned.unused() + "\n");
            return (PlanText.of(planned.image()).replace("ArgsEscaped true\n", "")
                            + more
                            + findings(planned.findings()))
                    .strip();
        } catch (GantryException e) {
            return e.getClass().getSimpleName() + " " + e.getMessage();
        }
    }

    private static String findings(List<Finding> findings) {
        return findings.stream()
                .map(f -> "! " + f.place().line() + "-" + f.place().lastLine() + " "
                        + f.rule().wireName() + ": " + f.message() + "\n")
                .collect(Collectors.joining());
    }

    private static Wishes wishes(List<String> words) {
        Wishes.Builder wishes = Wishes.on(new Platform("linux", "amd64", ""));
        List<String> ignored = new ArrayList<>();
        for (String word : words) {
            String[] parts = word.split("=", 2);
            String value = parts.length == 2 ? parts[1] : "";
            switch (parts[0]) {
                case "check", "targets" -> {}
                case "arg" -> wishes.argument(value.split("=", 2)[0], value.split("=", 2)[1]);
                case "target" -> wishes.target(value);
                case "platform" -> wishes.platform(Platform.parse(value));
                case "label" -> wishes.labels(Map.of(value.split("=", 2)[0], value.split("=", 2)[1]));
                case "ignore" -> ignored.add(value);
                case "allow" -> wishes.allowed(Set.of(value));
                case "network" -> wishes.network(Op.Network.valueOf(value));
                case "pull" -> wishes.pull(Op.Pull.valueOf(value));
                case "nocache" -> {
                    wishes.noCache(value.isEmpty());
                    wishes.noCacheStages(value.isEmpty() ? Set.of() : Set.of(value));
                }
                case "hosts" -> wishes.hosts(List.of(value));
                case "limits" -> wishes.limits(List.of(value));
                case "image" -> wishes.context(value.split("=", 2)[0], new Context.Image(value.split("=", 2)[1]));
                case "local" -> wishes.context(value, new Context.Local(value, List.of()));
                case "empty" -> wishes.context(value, new Context.Tree(Files.NONE));
                default -> throw new IllegalStateException("there is no wish " + word);
            }
        }
        return wishes.context(new Context.Local("context", ignored)).build();
    }
}
