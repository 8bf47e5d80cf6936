package dev.gantry.buildkit.control;

import com.google.protobuf.ByteString;
import dev.gantry.api.json.Wire;
import dev.gantry.base.InvalidArgument;
import dev.gantry.base.Unsupported;
import dev.gantry.build.check.Finding;
import dev.gantry.build.frontend.Bases;
import dev.gantry.build.frontend.DockerfileFrontend;
import dev.gantry.build.frontend.Target;
import dev.gantry.build.frontend.Wishes;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// What a Dockerfile is asked instead of being built: `buildx build --call`.
record Subrequests(SourceText source, Wishes wishes, Bases bases) {
    private static final String VERSION = "1.0.0";

    /// @return metadata of the result
    Map<String, ByteString> answer(String request) {
        return switch (request) {
            case "frontend.lint" -> lint();
            case "frontend.targets" -> targets();
            case "frontend.subrequests.describe" -> describe();
            default ->
                throw new Unsupported(
                        "answer " + request,
                        "there are lint, targets and subrequests.describe",
                        "ask for one of these");
        };
    }

    private Map<String, ByteString> lint() {
        Map<String, Object> document = new LinkedHashMap<>();
        List<Finding> findings = List.of();
        boolean failed = false;
        try {
            findings = DockerfileFrontend.check(source.text(), wishes, bases);
        } catch (InvalidArgument e) {
            failed = true;
            document.put(
                    "buildError",
                    Map.of("message", String.valueOf(e.getMessage()), "location", source.location(source.lineOf(e))));
        }
        document.put("warnings", findings.stream().map(this::warning).toList());
        document.put("sources", List.of(sourceDocument()));
        StringBuilder text = new StringBuilder();
        findings.forEach(f -> text.append(f).append('\n'));
        Map<String, ByteString> result = result(document, text.toString());
        result.put("result.statuscode", bytes(findings.isEmpty() && !failed ? "0" : "1"));
        return result;
    }

    private Map<String, Object> warning(Finding f) {
        return Map.of(
                "ruleName",
                f.rule().wireName(),
                "description",
                f.rule().description(),
                "url",
                f.rule().url(),
                "detail",
                f.message(),
                "location",
                Map.of(
                        "sourceIndex",
                        0,
                        "ranges",
                        List.of(lines(f.place().line(), f.place().lastLine()))));
    }

    private static Map<String, Object> lines(int first, int last) {
        return Map.of("start", Map.of("line", first), "end", Map.of("line", last));
    }

    private Map<String, Object> sourceDocument() {
        return Map.of(
                "filename",
                source.name(),
                "language",
                "Dockerfile",
                "data",
                Base64.getEncoder().encodeToString(source.text().getBytes(StandardCharsets.UTF_8)));
    }

    private Map<String, ByteString> targets() {
        List<Object> all = new ArrayList<>();
        StringBuilder text = new StringBuilder();
        for (Target target : DockerfileFrontend.targets(source.text())) {
            Map<String, Object> one = new LinkedHashMap<>();
            put(one, "name", target.name());
            if (target.byDefault()) {
                one.put("default", true);
            }
            put(one, "description", target.description());
            put(one, "base", target.base());
            put(one, "platform", target.platform());
            one.put(
                    "location",
                    Map.of(
                            "ranges",
                            List.of(lines(target.place().line(), target.place().lastLine()))));
            all.add(one);
            text.append(target.name()).append('\t').append(target.description()).append('\n');
        }
        String data = Base64.getEncoder().encodeToString(source.text().getBytes(StandardCharsets.UTF_8));
        return result(Map.of("targets", all, "sources", List.of(data)), text.toString());
    }

    private static void put(Map<String, Object> document, String name, String value) {
        if (!value.isEmpty()) {
            document.put(name, value);
        }
    }

    private static Map<String, ByteString> describe() {
        List<Object> all = new ArrayList<>();
        for (String[] each : new String[][] {
            {"frontend.lint", "Lint a Dockerfile"},
            {"frontend.targets", "List all targets current build supports"},
            {"frontend.subrequests.describe", "List available subrequest types"}
        }) {
            all.add(Map.of("name", each[0], "version", VERSION, "type", "rpc", "description", each[1]));
        }
        return result(all, "lint\ntargets\nsubrequests.describe\n");
    }

    private static Map<String, ByteString> result(Object document, String text) {
        Map<String, ByteString> result = new LinkedHashMap<>();
        result.put("result.json", ByteString.copyFrom(Wire.json().toJsonBytes(document)));
        result.put("result.txt", bytes(text));
        result.put("version", bytes(VERSION));
        return result;
    }

    private static ByteString bytes(String text) {
        return ByteString.copyFromUtf8(text);
    }
}
