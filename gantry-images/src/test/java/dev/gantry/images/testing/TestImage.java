package dev.gantry.images.testing;

import dev.gantry.base.Digest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;

/// A small image made in memory: all its blobs, and the digest of its manifest.
public record TestImage(
        Map<Digest, byte[]> blobs, Digest manifest, byte[] manifestBytes, Digest config, List<Digest> layers) {
    public static final String MANIFEST = "application/vnd.oci.image.manifest.v1+json";
    public static final String INDEX = "application/vnd.oci.image.index.v1+json";

    /// One gzip layer per text, each with one file of that text and some noise.
    public static TestImage of(String... layers) {
        return on("amd64", layers);
    }

    public static TestImage on(String architecture, String... layers) {
        Map<Digest, byte[]> blobs = new LinkedHashMap<>();
        List<Digest> diffIds = new ArrayList<>();
        List<Digest> layerDigests = new ArrayList<>();
        List<String> descriptors = new ArrayList<>();
        for (int i = 0; i < layers.length; i++) {
            byte[] tar =
                    tar(Map.of("file" + i, layers[i].getBytes(StandardCharsets.UTF_8), "noise" + i, noise(layers[i])));
            byte[] blob = gzip(tar);
            diffIds.add(digest(tar));
            layerDigests.add(digest(blob));
            blobs.put(digest(blob), blob);
            descriptors.add(descriptor("application/vnd.oci.image.layer.v1.tar+gzip", blob));
        }
        byte[] config = config(architecture, diffIds);
        blobs.put(digest(config), config);
        byte[] manifest = manifest(config, descriptors);
        blobs.put(digest(manifest), manifest);
        return new TestImage(blobs, digest(manifest), manifest, digest(config), layerDigests);
    }

    public static byte[] config(String architecture, List<Digest> diffIds) {
        String ids = String.join(",", diffIds.stream().map(d -> "\"" + d + "\"").toList());
        return utf8("{\"created\":\"2024-05-06T07:08:09.123456789Z\",\"architecture\":\"" + architecture
                + "\",\"os\":\"linux\",\"config\":{\"Env\":[\"PATH=/bin\"],\"Cmd\":[\"sh\"],\"Labels\":{\"a\":\"b\"},"
                + "\"Volumes\":{\"/data\":{}},\"ExposedPorts\":{\"80/tcp\":{}},\"Healthcheck\":{\"Test\":[\"NONE\"]}},"
                + "\"rootfs\":{\"type\":\"layers\",\"diff_ids\":[" + ids + "]},"
                + "\"history\":[{\"created_by\":\"COPY\"},{\"created_by\":\"ENV\",\"empty_layer\":true}]}");
    }

    public static byte[] manifest(byte[] config, List<String> layerDescriptors) {
        return utf8("{ \"schemaVersion\": 2, \"mediaType\": \"" + MANIFEST + "\",\n \"config\": "
                + descriptor("application/vnd.oci.image.config.v1+json", config) + ",\n \"layers\": ["
                + String.join(",", layerDescriptors) + "], \"annotations\": {\"kept\": \"as it is\"} }");
    }

    /// An index over several images, one per platform `linux/<architecture>`.
    public static byte[] index(Map<String, TestImage> byArchitecture) {
        List<String> entries = new ArrayList<>();
        byArchitecture.forEach((arch, image) -> entries.add("{\"mediaType\":\"" + MANIFEST + "\",\"digest\":\""
                + image.manifest() + "\",\"size\":" + image.manifestBytes().length
                + ",\"platform\":{\"os\":\"linux\",\"architecture\":\"" + arch + "\"}}"));
        return utf8("{\"schemaVersion\":2,\"mediaType\":\"" + INDEX + "\",\"manifests\":[" + String.join(",", entries)
                + "]}");
    }

    public static String descriptor(String mediaType, byte[] blob) {
        return "{\"mediaType\":\"" + mediaType + "\",\"digest\":\"" + digest(blob) + "\",\"size\":" + blob.length + "}";
    }

    public static byte[] tar(Map<String, byte[]> files) {
        var out = new ByteArrayOutputStream();
        try (var tar = new TarArchiveOutputStream(out)) {
            tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
            for (var file : files.entrySet()) {
                var entry = new TarArchiveEntry(file.getKey());
                entry.setSize(file.getValue().length);
                entry.setModTime(0);
                tar.putArchiveEntry(entry);
                tar.write(file.getValue());
                tar.closeArchiveEntry();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }

    public static byte[] gzip(byte[] bytes) {
        var out = new ByteArrayOutputStream();
        try (var gzip = new GZIPOutputStream(out)) {
            gzip.write(bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }

    public static Digest digest(byte[] bytes) {
        return Digest.sha256Of(bytes);
    }

    public static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] noise(String seed) {
        byte[] noise = new byte[200_000];
        new Random(seed.hashCode()).nextBytes(noise);
        return noise;
    }
}
