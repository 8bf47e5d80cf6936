package dev.gantry.java;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/// A recipe as a Dockerfile and its context, for any engine that builds such.
public final class Dockerfiles {
    private Dockerfiles() {}

    /// One `COPY` for each layer.
    public static String text(Recipe recipe) {
        List<String> lines = new ArrayList<>();
        lines.add("FROM " + recipe.base());
        recipe.commands().forEach(c -> lines.add("RUN " + c));
        int number = 0;
        for (AppLayer layer : recipe.layers()) {
            lines.add("COPY " + directory(++number, layer) + " /");
        }
        lines.add("WORKDIR " + literal(recipe.directory()));
        recipe.environment().forEach((name, value) -> lines.add("ENV " + name + "=" + quoted(value)));
        recipe.training().ifPresent(t -> lines.add("RUN " + t.command()));
        recipe.labels().forEach((name, value) -> lines.add("LABEL " + quoted(name) + "=" + quoted(value)));
        recipe.ports().forEach(p -> lines.add("EXPOSE " + p));
        if (!recipe.volumes().isEmpty()) {
            lines.add("VOLUME "
                    + words(recipe.volumes().stream().map(Dockerfiles::literal).toList()));
        }
        if (!recipe.user().isEmpty()) {
            lines.add("USER " + recipe.user());
        }
        lines.add("ENTRYPOINT " + words(recipe.entrypoint()));
        // Also without any: those of the base are not for this program.
        lines.add("CMD " + words(recipe.arguments()));
        return String.join("\n", lines) + "\n";
    }

    /// The Dockerfile and what it copies, as a tar.
    public static void context(Recipe recipe, ProjectFiles files, OutputStream out) throws IOException {
        var tar = new Ustar(out, Instant.EPOCH);
        byte[] text = text(recipe).getBytes(StandardCharsets.UTF_8);
        tar.file("Dockerfile", false, text.length, new ByteArrayInputStream(text));
        int number = 0;
        for (AppLayer layer : recipe.layers()) {
            String directory = directory(++number, layer) + "/";
            new Contents(files)
                    .each(
                            layer.files(),
                            (file, size, in) -> tar.file(directory + file.path(), file.executable(), size, in));
        }
        tar.finish();
    }

    private static String directory(int number, AppLayer layer) {
        return "layers/" + number + "-" + layer.name().replaceAll("[^A-Za-z0-9._-]", "-");
    }

    /// In double quotes.
    private static String quoted(String value) {
        return "\"" + value.replaceAll("[\\\\\"$]", "\\\\$0") + "\"";
    }

    /// Where variables would be filled in.
    private static String literal(String value) {
        return value.replaceAll("[\\\\$]", "\\\\$0");
    }

    private static String words(List<String> words) {
        return words.stream().map(Dockerfiles::json).collect(Collectors.joining(", ", "[", "]"));
    }

    private static String json(String word) {
        return "\"" + word.replace("\\", "\\\\").replace("\"", "\\\"") + "\"";
    }

    /// The layers by name, with how many files each has.
    public static String layers(Recipe recipe) {
        return recipe.layers().stream()
                .map(l -> Map.entry(l.name(), l.files().size()))
                .map(e -> "# " + e.getKey() + ": " + e.getValue() + (e.getValue() == 1 ? " file" : " files"))
                .collect(Collectors.joining("\n", "", "\n"));
    }
}
