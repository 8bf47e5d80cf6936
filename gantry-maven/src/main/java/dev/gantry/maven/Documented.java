package dev.gantry.maven;

import dev.gantry.base.Digest;
import dev.gantry.java.Recipe;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// The configuration of an image that is made by a recipe: that of the base, and what the recipe says.
final class Documented {
    private Documented() {}

    /// @param created when, of the base and so of everything new
    static Map<String, Object> config(Base base, Recipe recipe, List<Digest> added, String created) {
        Map<String, Object> document = new TreeMap<>(base.config());
        Map<String, Object> config = Json.object(document.get("config"));
        config.put("Env", environment(config, recipe.environment()));
        config.put("Entrypoint", recipe.entrypoint());
        config.put("Cmd", recipe.arguments());
        config.put("WorkingDir", recipe.directory());
        addAll(
                config,
                "ExposedPorts",
                recipe.ports().stream().map(Documented::port).toList());
        addAll(config, "Volumes", recipe.volumes());
        if (!recipe.user().isEmpty()) {
            config.put("User", recipe.user());
        }
        if (!recipe.labels().isEmpty()) {
            Map<String, Object> labels = Json.object(config.get("Labels"));
            labels.putAll(recipe.labels());
            config.put("Labels", labels);
        }
        document.put("config", config);
        document.put("created", created);
        Map<String, Object> root = Json.object(document.get("rootfs"));
        List<Object> layers = Json.list(root.get("diff_ids"));
        added.forEach(d -> layers.add(d.toString()));
        root.put("type", "layers");
        root.put("diff_ids", layers);
        document.put("rootfs", root);
        List<Object> history = Json.list(document.get("history"));
        recipe.layers()
                .forEach(layer -> history.add(
                        new TreeMap<>(Map.of("created", created, "created_by", "gantry: " + layer.name()))));
        document.put("history", history);
        return document;
    }

    /// As `NAME=value`, in the order of the base.
    private static List<String> environment(Map<String, Object> config, Map<String, String> more) {
        Map<String, String> all = new LinkedHashMap<>();
        for (Object line : Json.list(config.get("Env"))) {
            String text = String.valueOf(line);
            int equals = text.indexOf('=');
            all.put(equals < 0 ? text : text.substring(0, equals), equals < 0 ? "" : text.substring(equals + 1));
        }
        all.putAll(more);
        List<String> lines = new ArrayList<>();
        all.forEach((name, value) -> lines.add(name + "=" + value));
        return lines;
    }

    private static String port(String port) {
        return port.contains("/") ? port : port + "/tcp";
    }

    private static void addAll(Map<String, Object> config, String name, List<String> more) {
        if (!more.isEmpty()) {
            Map<String, Object> all = Json.object(config.get(name));
            more.forEach(m -> all.put(m, Map.of()));
            config.put(name, all);
        }
    }
}
