package dev.gantry.cli.image;

import dev.gantry.base.InvalidArgument;
import dev.gantry.base.NotFound;
import dev.gantry.base.Unsupported;
import dev.gantry.base.path.Patterns;
import dev.gantry.cli.Caller;
import dev.gantry.cli.flag.Parsed;
import dev.gantry.cli.format.Json;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// What a build brings along besides its own directory: secrets and further contexts.
record BuildInputs(Map<String, byte[]> secrets, Map<String, String> directories, Map<String, String> elsewhere) {
    private static final int LARGEST_SECRET = 500 << 10; // as the engine has it

    static BuildInputs of(Parsed args, Caller caller) throws IOException {
        Map<String, byte[]> secrets = new LinkedHashMap<>();
        for (String text : args.list("secret")) {
            secret(text, args, caller, secrets);
        }
        Map<String, String> directories = new LinkedHashMap<>();
        Map<String, String> elsewhere = new LinkedHashMap<>();
        for (String text : args.list("build-context")) {
            int equals = text.indexOf('=');
            if (equals < 1 || equals == text.length() - 1) {
                throw args.wrong("--build-context is name=directory, not '" + text + "'");
            }
            String name = text.substring(0, equals);
            String where = text.substring(equals + 1);
            if (where.startsWith("oci-layout://") || where.startsWith("target:")) {
                throw new Unsupported(
                        "use the context " + text,
                        "contexts are directories, images, repositories and archives of the web",
                        "load the layout with gantry load, and name docker-image://NAME");
            }
            if (where.contains("://") || where.startsWith("git@")) {
                elsewhere.put(name, where);
            } else if (caller.kind(where + "/") == Caller.Kind.DIRECTORY) {
                directories.put(name, where);
            } else {
                throw new NotFound("use the context " + text, "there is no such directory", "name a directory");
            }
        }
        return new BuildInputs(secrets, directories, elsewhere);
    }

    private static void secret(String text, Parsed args, Caller caller, Map<String, byte[]> into) throws IOException {
        Map<String, String> fields = new LinkedHashMap<>();
        for (String field : text.split(",")) {
            int equals = field.indexOf('=');
            String key = equals < 0 ? "" : field.substring(0, equals);
            if (!List.of("id", "src", "source", "env", "type").contains(key)) {
                throw args.wrong("--secret is id=name,src=file or id=name,env=variable");
            }
            fields.put(key.equals("source") ? "src" : key, field.substring(equals + 1));
        }
        String id = fields.getOrDefault("id", "");
        if (id.isEmpty()) {
            throw args.wrong("--secret needs id=name");
        }
        String type = fields.getOrDefault("type", "");
        String variable = fields.getOrDefault("env", type.equals("env") ? fields.getOrDefault("src", id) : "");
        if (variable.isEmpty() && !fields.containsKey("src") && !type.equals("file")) {
            variable = caller.environment().containsKey(id) ? id : "";
        }
        into.put(
                id,
                variable.isEmpty() ? file(id, fields.getOrDefault("src", id), caller) : value(id, variable, caller));
    }

    private static byte[] value(String id, String variable, Caller caller) {
        String value = caller.environment().get(variable);
        if (value == null) {
            throw new NotFound("read the secret " + id, "there is no variable " + variable, "set it, or name a file");
        }
        return value.getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] file(String id, String path, Caller caller) throws IOException {
        try (InputStream in = caller.open(path)) {
            byte[] bytes = in.readNBytes(LARGEST_SECRET + 1);
            if (bytes.length > LARGEST_SECRET) {
                throw new InvalidArgument("read the secret " + id, "it has more than 500 KiB", "mount it otherwise");
            }
            return bytes;
        }
    }

    boolean isEmpty() {
        return secrets.isEmpty() && directories.isEmpty() && elsewhere.isEmpty();
    }

    /// The parts of a parcel.
    ///
    /// @param own the directory of the build; empty when the engine fetches it
    List<InputStream> parts(List<InputStream> own, Caller caller) {
        List<String> names = new ArrayList<>(own.isEmpty() ? List.of() : List.of(""));
        names.addAll(directories.keySet());
        Map<String, String> encoded = new LinkedHashMap<>();
        secrets.forEach((id, bytes) -> encoded.put(id, Base64.getEncoder().encodeToString(bytes)));
        String head = Json.write(Map.of("secrets", encoded, "directories", names, "elsewhere", elsewhere));
        List<InputStream> parts = new ArrayList<>();
        parts.add(new ByteArrayInputStream(head.getBytes(StandardCharsets.UTF_8)));
        parts.addAll(own);
        for (String directory : directories.values()) {
            parts.add(caller.packWithout(
                    directory, Patterns.of(BuildContext.ignored(directory + "/.dockerignore", caller))));
        }
        return parts;
    }
}
