package dev.gantry.images.testing;

import dev.gantry.base.Digest;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPInputStream;

/// Archives as the tools of others write them, made in memory.
public final class TestArchive {
    private TestArchive() {}

    /// A docker-archive with compressed layers, as `docker save` wrote before 25.0.
    public static byte[] docker(TestImage image, String... names) {
        return TestImage.tar(dockerFiles(image, names));
    }

    public static Map<String, byte[]> dockerFiles(TestImage image, String... names) {
        Map<String, byte[]> files = new LinkedHashMap<>();
        String config = image.config().hex() + ".json";
        files.put(config, image.blobs().get(image.config()));
        StringBuilder layers = new StringBuilder();
        for (Digest layer : image.layers()) {
            String path = layer.hex() + "/layer.tar";
            files.put(path, gunzip(image.blobs().get(layer)));
            files.put(layer.hex() + "/VERSION", TestImage.utf8("1.0"));
            layers.append(layers.isEmpty() ? "" : ",").append('"').append(path).append('"');
        }
        files.put(
                "manifest.json",
                TestImage.utf8("[{\"Config\":\"" + config + "\",\"RepoTags\":" + quoted(names) + ",\"Layers\":["
                        + layers + "]}]"));
        return files;
    }

    /// An OCI layout with one manifest; `annotations` as JSON.
    public static Map<String, byte[]> layoutFiles(TestImage image, String annotations) {
        return layoutFiles(image, TestImage.descriptor(TestImage.MANIFEST, image.manifestBytes()), annotations);
    }

    public static Map<String, byte[]> layoutFiles(TestImage image, String descriptor, String annotations) {
        Map<String, byte[]> files = new LinkedHashMap<>();
        files.put("oci-layout", TestImage.utf8("{\"imageLayoutVersion\":\"1.0.0\"}"));
        files.put(
                "index.json",
                TestImage.utf8("{\"schemaVersion\":2,\"manifests\":["
                        + descriptor.substring(0, descriptor.length() - 1) + ",\"annotations\":" + annotations
                        + "}]}"));
        image.blobs().forEach((digest, bytes) -> files.put("blobs/sha256/" + digest.hex(), bytes));
        return files;
    }

    private static byte[] gunzip(byte[] bytes) {
        try (var in = new GZIPInputStream(new ByteArrayInputStream(bytes))) {
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String quoted(String... names) {
        return names.length == 0
                ? "null"
                : "["
                        + String.join(
                                ",",
                                List.of(names).stream()
                                        .map(n -> "\"" + n + "\"")
                                        .toList()) + "]";
    }
}
