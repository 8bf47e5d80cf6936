package dev.gantry.build.graph;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/// A plan for people and for comparison: a line for each vertex, in an order in which they can be done, then what the
/// image says of itself.
public final class PlanText {
    private final Map<Vertex, Integer> numbers = new LinkedHashMap<>();
    private final StringBuilder out = new StringBuilder();

    private PlanText() {}

    public static String of(ImagePlan image) {
        PlanText text = new PlanText();
        text.vertices(image.root());
        text.line("image " + image.platform() + " of " + text.name(image.root()));
        if (!image.author().isEmpty()) {
            text.line("author " + image.author());
        }
        new TreeMap<>(image.config()).forEach((key, value) -> text.line(key + " " + value(value)));
        for (ImagePlan.Step step : image.history()) {
            text.line((step.empty() ? "- " : "+ ") + step.createdBy().replace("\n", "\\n"));
        }
        return text.out.toString();
    }

    /// The lines of the vertices alone.
    public static String of(Files files) {
        PlanText text = new PlanText();
        text.vertices(files);
        return text.out.toString();
    }

    private void line(String line) {
        out.append(line).append('\n');
    }

    private static String value(Object value) {
        return switch (value) {
            case Map<?, ?> map ->
                new TreeMap<>(map)
                        .entrySet().stream()
                                .map(e -> e.getKey()
                                        + (e.getValue() instanceof Map<?, ?> m && m.isEmpty()
                                                ? ""
                                                : "=" + value(e.getValue())))
                                .collect(Collectors.joining(", ", "{", "}"));
            case List<?> list -> list.stream().map(v -> value(v)).collect(Collectors.joining(", ", "[", "]"));
            case String s -> word(s);
            default -> value.toString();
        };
    }

    /// In quotes if it would not be one word otherwise.
    private static String word(String text) {
        boolean plain = !text.isEmpty() && text.chars().noneMatch(c -> c <= ' ' || c == '"' || c == ',');
        return plain
                ? text
                : "\"" + text.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n") + "\"";
    }

    private static String words(List<String> words) {
        return words.stream().map(PlanText::word).collect(Collectors.joining(" "));
    }

    /// Inputs before those that need them.
    private void vertices(Files root) {
        Deque<Vertex> open = new ArrayDeque<>();
        if (root instanceof Files.Made made) {
            open.push(made.by());
        }
        while (!open.isEmpty()) {
            Vertex vertex = open.peek();
            List<Vertex> before = new ArrayList<>();
            for (Files input : vertex.inputs()) {
                if (input instanceof Files.Made made && !numbers.containsKey(made.by())) {
                    before.add(made.by());
                }
            }
            if (numbers.containsKey(vertex)) {
                open.pop();
            } else if (before.isEmpty()) {
                open.pop();
                numbers.put(vertex, numbers.size() + 1);
                line(numbers.size() + " = " + text(vertex) + (vertex.note().ignoreCache() ? " again" : ""));
            } else {
                before.reversed().forEach(open::push);
            }
        }
    }

    private String name(Files files) {
        return switch (files) {
            case Files.None _ -> "nothing";
            case Files.Made made -> numbers.get(made.by()) + (made.number() == 0 ? "" : "." + made.number());
        };
    }

    private String input(Vertex vertex, int place) {
        return name(vertex.inputs().get(place));
    }

    private String text(Vertex vertex) {
        return switch (vertex.op()) {
            case Op.ImageSource s ->
                "image " + s.reference() + " " + s.platform()
                        + (s.pull() == Op.Pull.MISSING ? "" : " pull " + lower(s.pull()));
            case Op.LocalSource s ->
                "local " + s.name() + list(" include ", s.include()) + list(" exclude ", s.exclude())
                        + list(" only ", s.follow());
            case Op.GitSource s ->
                "git " + s.url() + some(" ref ", s.ref()) + some(" directory ", s.subdirectory())
                        + some(" commit ", s.checksum()) + (s.keepGitDirectory() ? " keep .git" : "")
                        + (s.submodules() ? "" : " without submodules");
            case Op.HttpSource s ->
                "download " + s.url() + s.checksum().map(d -> " " + d).orElse("") + some(" as ", s.fileName());
            case Op.Exec e -> exec(vertex, e);
            case Op.Edit e ->
                "edit " + input(vertex, 0)
                        + e.actions().stream()
                                .map(a -> ": " + action(vertex, a))
                                .collect(Collectors.joining());
            case Op.Merge _ ->
                "merge " + vertex.inputs().stream().map(this::name).collect(Collectors.joining(" "));
            case Op.Diff _ -> "diff " + input(vertex, 0) + " " + input(vertex, 1);
        };
    }

    private static String lower(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }

    private static String some(String label, String value) {
        return value.isEmpty() ? "" : label + word(value);
    }

    private static String list(String label, List<String> values) {
        return values.isEmpty() ? "" : label + words(values);
    }

    private String exec(Vertex vertex, Op.Exec exec) {
        Op.Process process = exec.process();
        StringBuilder text = new StringBuilder("run " + words(process.arguments()) + " on ");
        text.append(exec.mounts().stream().map(m -> mount(vertex, m)).collect(Collectors.joining(": ")));
        List<String> env = process.environment().stream()
                .filter(e -> !e.startsWith("PATH="))
                .map(e -> process.hidden().contains(e.split("=", 2)[0]) ? "(" + e + ")" : e)
                .toList();
        text.append(list(": env ", env));
        text.append(process.workingDirectory().equals("/") ? "" : ": in " + process.workingDirectory());
        text.append(some(": as ", process.user()));
        text.append(process.hostname().equals("buildkitsandbox") ? "" : some(": host ", process.hostname()));
        text.append(list(": hosts ", process.hosts())).append(list(": limits ", process.limits()));
        for (Op.SecretVariable s : exec.secrets()) {
            text.append(": secret ").append(s.id()).append(" as $").append(s.name());
            text.append(s.required() ? " required" : "");
        }
        text.append(exec.network() == Op.Network.SANDBOX ? "" : ": network " + lower(exec.network()));
        text.append(exec.insecure() ? ": insecure" : "").append(list(": devices ", exec.devices()));
        return text.toString();
    }

    private String mount(Vertex vertex, Mount mount) {
        return switch (mount) {
            case Mount.Tree t ->
                (t.target().equals("/") ? "" : "bind " + t.target() + " ")
                        + (t.input().isPresent() ? input(vertex, t.input().getAsInt()) : "nothing")
                        + (t.source().isEmpty() ? "" : "/" + t.source())
                        + (t.readOnly() ? " ro" : "");
            case Mount.Cache c ->
                "cache " + c.target() + " id " + c.id() + " " + lower(c.sharing())
                        + (c.input().isPresent()
                                ? " from " + input(vertex, c.input().getAsInt())
                                : "")
                        + (c.source().isEmpty() ? "" : "/" + c.source())
                        + (c.readOnly() ? " ro" : "") + owned(c.mode(), c.uid(), c.gid());
            case Mount.Memory m ->
                "tmpfs " + m.target()
                        + (m.size().isPresent() ? " size " + m.size().getAsLong() : "");
            case Mount.Secret s ->
                "secret " + s.target() + " id " + s.id() + (s.required() ? " required" : "")
                        + owned(s.mode(), s.uid(), s.gid());
            case Mount.Ssh s ->
                "ssh" + some(" ", s.target()) + " id " + s.id() + (s.required() ? " required" : "")
                        + owned(s.mode(), s.uid(), s.gid());
        };
    }

    private static String owned(int mode, long uid, long gid) {
        return " " + Integer.toOctalString(mode) + (uid == 0 && gid == 0 ? "" : " " + uid + ":" + gid);
    }

    private String action(Vertex vertex, FileAction action) {
        return switch (action) {
            case FileAction.Copy c ->
                "copy " + input(vertex, c.input()) + ":" + word(c.source()) + " to " + word(c.destination())
                        + how(vertex, c.how());
            case FileAction.MakeDirectory d ->
                "mkdir " + word(d.path()) + " " + Integer.toOctalString(d.mode()) + owner(vertex, d.owner())
                        + d.time().map(t -> " at " + t).orElse("");
            case FileAction.MakeFile f ->
                "file " + word(f.path()) + " " + Integer.toOctalString(f.mode()) + owner(vertex, f.owner()) + " \""
                        + new String(f.content().bytes(), java.nio.charset.StandardCharsets.UTF_8).replace("\n", "\\n")
                        + "\"" + f.time().map(t -> " at " + t).orElse("");
            case FileAction.MakeLink l ->
                "link " + word(l.path()) + " to " + word(l.target()) + owner(vertex, l.owner());
            case FileAction.Remove r -> "remove " + word(r.path());
        };
    }

    private String owner(Vertex vertex, Optional<FileAction.Owner> owner) {
        return owner.map(o -> {
                    boolean numbers = (o.user() + o.group()).matches("[0-9]*");
                    String who = o.user() + (o.group().isEmpty() ? "" : ":" + o.group());
                    return " owner " + who + (numbers ? "" : " of " + input(vertex, o.names()));
                })
                .orElse("");
    }

    private String how(Vertex vertex, FileAction.How how) {
        List<String> words = new ArrayList<>();
        if (how.wildcard()) {
            words.add(how.mayMatchNothing() ? "pattern or nothing" : "pattern");
        }
        if (!how.mode().isEmpty()) {
            words.add("mode " + how.mode());
        }
        if (how.parents()) {
            words.add("parents");
        }
        if (how.linked()) {
            words.add("linked");
        }
        switch (how.unpack()) {
            case NEVER -> {}
            case ARCHIVES -> words.add("unpack");
            case ALWAYS -> words.add("unpack always");
        }
        if (!how.exclude().isEmpty()) {
            words.add("exclude " + words(how.exclude()));
        }
        return owner(vertex, how.owner()) + (words.isEmpty() ? "" : " " + String.join(" ", words));
    }
}
