package dev.gantry.docker.build;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.gantry.api.json.Wire;
import dev.gantry.base.JsonText;
import dev.gantry.build.output.Output;
import dev.gantry.docker.route.DockerError;
import io.avaje.json.JsonException;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What a build brings along besides one directory.
///
/// @param directories the names of those that follow, in their order; that of the build has none
/// @param elsewhere contexts that are only named
record ParcelHead(Map<String, byte[]> secrets, List<String> directories, Map<String, String> elsewhere) {
    private static final int LARGEST = 32 << 20;
    private static final int LARGEST_SECRET = 500 << 10; // as BuildKit has it

    static ParcelHead read(InputStream in) throws IOException {
        byte[] bytes = in.readNBytes(LARGEST + 1);
        if (bytes.length > LARGEST) {
            throw DockerError.badParameter("the secrets of a build have more than " + LARGEST + " bytes");
        }
        try {
            if (Wire.json().type(Object.class).fromJson(JsonText.readable(new String(bytes, UTF_8)))
                    instanceof Map<?, ?> head) {
                Map<String, byte[]> secrets = new HashMap<>();
                texts(head.get("secrets")).forEach((id, value) -> secrets.put(id, secret(id, value)));
                List<String> directories = new ArrayList<>();
                if (head.get("directories") instanceof List<?> list) {
                    list.forEach(name -> directories.add(String.valueOf(name)));
                }
                if (directories.stream().distinct().count() < directories.size()) {
                    throw DockerError.badParameter("two directories of the build have the same name");
                }
                return new ParcelHead(secrets, directories, texts(head.get("elsewhere")));
            }
        } catch (JsonException | IllegalStateException | IndexOutOfBoundsException e) {
            // What is in it may be a secret, and is not repeated.
            throw new DockerError(400, "the head of the build's request cannot be read");
        }
        throw DockerError.badParameter("the head of the build's request is no object");
    }

    private static byte[] secret(String id, String value) {
        byte[] bytes;
        try {
            bytes = Base64.getDecoder().decode(value);
        } catch (IllegalArgumentException e) {
            throw new DockerError(400, "the secret " + id + " is not in base64");
        }
        if (bytes.length > LARGEST_SECRET) {
            throw DockerError.badParameter("the secret " + id + " has more than " + LARGEST_SECRET + " bytes");
        }
        return bytes;
    }

    private static Map<String, String> texts(@Nullable Object object) {
        Map<String, String> texts = new HashMap<>();
        if (object instanceof Map<?, ?> map) {
            map.forEach((key, value) -> texts.put(String.valueOf(key), String.valueOf(value)));
        }
        return texts;
    }

    /// Empty when an image of this engine is wanted.
    static Optional<Output> output(String type) {
        return type.isEmpty() ? Optional.empty() : Optional.of(Output.of(type, Map.of()));
    }
}
