package dev.gantry.base.path;

import java.util.ArrayList;
import java.util.List;

/// A `.dockerignore`.
public final class IgnoreFile {
    private IgnoreFile() {}

    /// Its name for a Dockerfile, best first: beside the Dockerfile, then in the root of the context.
    public static List<String> names(String dockerfile) {
        return List.of(dockerfile + ".dockerignore", ".dockerignore");
    }

    /// Its patterns, for [Patterns#of].
    public static List<String> read(String text) {
        List<String> patterns = new ArrayList<>();
        String body = text.startsWith("\uFEFF") ? text.substring(1) : text;
        for (String line : body.split("\n", -1)) {
            String pattern = line.strip();
            if (!line.startsWith("#") && !pattern.isEmpty()) {
                patterns.add(pattern);
            }
        }
        Patterns.of(patterns); // refuses what is malformed
        return List.copyOf(patterns);
    }
}
