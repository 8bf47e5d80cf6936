package dev.gantry.build.frontend;

import dev.gantry.base.Platform;
import dev.gantry.build.graph.Files;
import dev.gantry.build.graph.ImagePlan;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// The configuration and the history of an image while it is built. What nobody here knows in the configuration of a
/// base stays.
final class ImageDraft {
    static final String DEFAULT_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    private static final String COMMENT = "buildkit.dockerfile.v0";

    private final Map<String, Object> config;
    /// In the order in which they were first set.
    private final Map<String, String> env = new LinkedHashMap<>();

    /// Values that have names themselves.
    private final Map<String, Map<String, Object>> sets = new TreeMap<>();

    private final List<ImagePlan.Step> history;
    private String author;

    private ImageDraft(Map<String, Object> config, List<ImagePlan.Step> history, String author) {
        this.config = config;
        this.history = history;
        for (String set : List.of("ExposedPorts", "Volumes", "Labels")) {
            sets.put(set, object(config.remove(set)));
        }
        for (Object variable : list(config.remove("Env"))) {
            String[] parts = String.valueOf(variable).split("=", 2);
            env.put(parts[0], parts.length == 2 ? parts[1] : "");
        }
        this.author = author;
    }

    static ImageDraft scratch() {
        ImageDraft draft = new ImageDraft(new TreeMap<>(), new ArrayList<>(), "");
        draft.env.put("PATH", DEFAULT_PATH);
        draft.set("WorkingDir", "/");
        return draft;
    }

    /// @param document OCI image-spec 1.1 §config
    static ImageDraft of(Map<String, Object> document) {
        List<ImagePlan.Step> history = new ArrayList<>();
        for (Object entry : list(document.get("history"))) {
            Map<String, Object> step = object(entry);
            history.add(new ImagePlan.Step(
                    text(step.get("created_by")),
                    text(step.get("author")),
                    text(step.get("comment")),
                    Boolean.TRUE.equals(step.get("empty_layer")),
                    step));
        }
        return new ImageDraft(object(document.get("config")), history, text(document.get("author")));
    }

    static ImageDraft of(ImagePlan image) {
        return new ImageDraft(new TreeMap<>(image.config()), new ArrayList<>(image.history()), image.author());
    }

    ImageDraft copy() {
        ImageDraft copy = new ImageDraft(new TreeMap<>(config), new ArrayList<>(history), author);
        copy.env.putAll(env);
        sets.forEach((key, set) -> copy.sets.put(key, new TreeMap<>(set)));
        return copy;
    }

    ImagePlan plan(Files root, Platform platform) {
        Map<String, Object> whole = new TreeMap<>(config);
        if (!env.isEmpty()) {
            whole.put("Env", lines(env));
        }
        sets.forEach((key, set) -> {
            if (!set.isEmpty()) {
                whole.put(key, set);
            }
        });
        return new ImagePlan(root, platform, whole, history, author);
    }

    void author(String name) {
        author = name;
    }

    /// Whether the step made a layer is what its own vertex decides, and not whether there is anything in it.
    void step(String createdBy, boolean layer) {
        history.add(new ImagePlan.Step(createdBy, author, COMMENT, !layer, Map.of()));
    }

    String text(String key) {
        return text(config.get(key));
    }

    List<String> texts(String key) {
        return list(config.get(key)).stream().map(String::valueOf).toList();
    }

    /// What is empty is left out.
    void set(String key, Object value) {
        boolean empty = value instanceof Map<?, ?> map && map.isEmpty()
                || value instanceof List<?> list && list.isEmpty()
                || value.equals("");
        if (empty) {
            config.remove(key);
        } else {
            config.put(key, value);
        }
    }

    /// To one of those that are sets: `ExposedPorts`, `Volumes` and `Labels`.
    void add(String key, Map<String, ?> more) {
        sets.computeIfAbsent(key, _ -> new TreeMap<>()).putAll(more);
    }

    /// About how many bytes a copy of it takes.
    long size() {
        return 16L
                * (history.size()
                        + env.size()
                        + sets.values().stream().mapToInt(Map::size).sum());
    }

    Map<String, String> env() {
        return env;
    }

    static List<String> lines(Map<String, String> env) {
        return env.entrySet().stream().map(e -> e.getKey() + "=" + e.getValue()).toList();
    }

    private static String text(@Nullable Object value) {
        return value instanceof String s ? s : "";
    }

    private static List<?> list(@Nullable Object value) {
        return value instanceof List<?> list ? list : List.of();
    }

    private static Map<String, Object> object(@Nullable Object value) {
        Map<String, Object> object = new TreeMap<>();
        if (value instanceof Map<?, ?> map) {
            map.forEach((key, v) -> {
                if (v != null) {
                    object.put(String.valueOf(key), v);
                }
            });
        }
        return object;
    }
}
