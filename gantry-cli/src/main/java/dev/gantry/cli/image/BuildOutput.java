package dev.gantry.cli.image;

import dev.gantry.base.Unsupported;
import dev.gantry.cli.flag.Parsed;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// What a build is to give, as `--output` says it: `type=tar,dest=FILE`, a directory, or `-`.
///
/// @param dest a file, a directory, or `-`; empty for an image of the engine
record BuildOutput(String type, String dest) {
    private static final BuildOutput IMAGE = new BuildOutput("image", "");
    private static final List<String> ARCHIVES = List.of("tar", "docker", "oci");

    static BuildOutput of(Parsed args) {
        if (args.on("plan") || args.on("check")) {
            return new BuildOutput(args.on("plan") ? "plan" : "check", "-");
        }
        List<String> texts = args.list("output");
        if (texts.size() > 1) {
            throw args.wrong("--output is there twice: a build gives one thing");
        }
        return texts.isEmpty() ? IMAGE : parse(texts.getFirst(), args);
    }

    private static BuildOutput parse(String text, Parsed args) {
        if (text.equals("-")) {
            return new BuildOutput("tar", "-");
        }
        if (!text.contains("=")) {
            return new BuildOutput("local", text);
        }
        Map<String, String> fields = new LinkedHashMap<>();
        for (String field : text.split(",")) {
            int equals = field.indexOf('=');
            if (equals < 1) {
                throw args.wrong("--output is name=value with commas, not '" + text + "'");
            }
            fields.put(field.substring(0, equals).strip(), field.substring(equals + 1));
        }
        String type = fields.getOrDefault("type", "");
        String dest = fields.getOrDefault("dest", "");
        fields.keySet().removeAll(List.of("type", "dest"));
        if (!fields.isEmpty()) {
            throw new Unsupported(
                    "build with --output " + text,
                    "there is nothing but type and dest here, and no " + String.join(", ", fields.keySet()),
                    "name images with --tag, and push them with gantry push");
        }
        return switch (type) {
            case "image" -> IMAGE;
            case "docker" -> dest.isEmpty() ? IMAGE : new BuildOutput(type, dest);
            case "tar", "oci" -> new BuildOutput(type, dest.isEmpty() ? "-" : dest);
            case "local" -> {
                if (dest.isEmpty()) {
                    throw args.wrong("--output type=local needs dest=DIRECTORY");
                }
                yield new BuildOutput(type, dest);
            }
            default ->
                throw new Unsupported(
                        "build with --output " + text,
                        "there are image, tar, local, docker and oci",
                        "name one of these; push images with gantry push");
        };
    }

    /// Whether nobody can read it.
    boolean isArchive() {
        return ARCHIVES.contains(type);
    }

    boolean isImage() {
        return type.equals("image");
    }

    /// What the engine is asked for.
    String wire() {
        return isImage() ? "" : type.equals("local") ? "tar" : type;
    }
}
