package dev.gantry.daemon.migrate;

import dev.gantry.base.Digest;
import dev.gantry.base.Piping;
import dev.gantry.engine.plugin.JsonTree;
import dev.gantry.images.layer.LayerWriter;
import dev.gantry.images.layer.TarEntry;
import dev.gantry.images.layer.TarWriter;
import dev.gantry.images.snapshot.OverlayFlavor;
import dev.gantry.linux.Fd;
import dev.gantry.linux.Linux;
import dev.gantry.linux.LinuxError;
import java.io.BufferedOutputStream;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// An image as `docker save` writes it, straight out of a data root: layers with the very bytes that they came with, so
/// that whoever loads it finds their digests right.
final class DockerArchive {
    private final Linux linux;
    private final DockerRoot root;

    DockerArchive(Linux linux, DockerRoot root) {
        this.linux = linux;
        this.root = root;
    }

    /// What a container has written, as one more layer of its image.
    ///
    /// @param tar a file for the time of the transfer
    record Written(Path tar, String diffId) {}

    void write(DockerImage image, OutputStream out) throws IOException {
        var tar = new TarWriter(out);
        layers(image, tar);
        end(tar, image.config(), image.id(), image.names(), names(image));
    }

    /// The image with a layer above, under `name`; returns nothing that the engine does not find out by itself.
    void write(DockerImage image, Written written, String name, OutputStream out) throws IOException {
        var tar = new TarWriter(out);
        layers(image, tar);
        String top = "written/layer.tar";
        try (InputStream content = Files.newInputStream(written.tar())) {
            tar.write(file(top, Files.size(written.tar())), content);
        }
        byte[] config = withLayer(image.config(), written.diffId());
        List<String> all = new ArrayList<>(names(image));
        all.add(top);
        end(tar, config, Digest.sha256Of(config).hex(), List.of(name), all);
    }

    /// The layer of what is in `directory` of the data root, in the file `tar`.
    Written pack(String directory, Path tar) throws IOException {
        MessageDigest sha256 = sha256();
        try (Fd files = root.directory(directory);
                OutputStream out =
                        new DigestOutputStream(new BufferedOutputStream(Files.newOutputStream(tar)), sha256)) {
            new LayerWriter(linux, OverlayFlavor.TRUSTED).write(files, out);
        }
        return new Written(
                tar, Digest.sha256(HexFormat.of().formatHex(sha256.digest())).toString());
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance(Digest.Algorithm.SHA256.jcaName());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    @SuppressWarnings("unchecked") // keys of JSON objects are texts
    static byte[] withLayer(byte[] config, String diffId) throws IOException {
        Map<String, @Nullable Object> tree = new LinkedHashMap<>(JsonTree.object(config));
        Map<String, @Nullable Object> rootfs = new LinkedHashMap<>(DockerContainer.object(tree, "rootfs"));
        List<Object> ids = new ArrayList<>(rootfs.get("diff_ids") instanceof List<?> l ? (List<Object>) l : List.of());
        ids.add(diffId);
        rootfs.put("diff_ids", ids);
        tree.put("rootfs", rootfs);
        if (tree.get("history") instanceof List<?> known) {
            List<Object> history = new ArrayList<>((List<Object>) known);
            history.add(Map.of("created_by", "what a container of dockerd had written"));
            tree.put("history", history);
        }
        return JsonTree.bytes(tree);
    }

    private void layers(DockerImage image, TarWriter tar) throws IOException {
        for (int i = 0; i < image.layers().size(); i++) {
            DockerImage.Layer layer = image.layers().get(i);
            long size;
            try (InputStream description = root.file(layer.tarSplit())) {
                size = TarSplit.size(description);
            }
            try (InputStream content = Piping.of(out -> layer(layer, out))) {
                tar.write(file(i + "/layer.tar", size), content);
            }
        }
    }

    private void layer(DockerImage.Layer layer, OutputStream out) throws IOException {
        try (Fd files = root.directory(layer.files());
                InputStream description = root.file(layer.tarSplit())) {
            TarSplit.write(description, linux, files, out);
        } catch (LinuxError e) {
            throw new IOException(e.getMessage(), e);
        }
    }

    private static List<String> names(DockerImage image) {
        List<String> all = new ArrayList<>();
        for (int i = 0; i < image.layers().size(); i++) {
            all.add(i + "/layer.tar");
        }
        return all;
    }

    private static void end(TarWriter tar, byte[] config, String id, List<String> names, List<String> layers)
            throws IOException {
        file(tar, id + ".json", config);
        Map<String, Object> one = new LinkedHashMap<>();
        one.put("Config", id + ".json");
        one.put("RepoTags", names);
        one.put("Layers", layers);
        String object = new String(JsonTree.bytes(one), StandardCharsets.UTF_8);
        file(tar, "manifest.json", ("[" + object + "]").getBytes(StandardCharsets.UTF_8));
        tar.finish();
    }

    private static void file(TarWriter tar, String path, byte[] bytes) throws IOException {
        tar.write(file(path, bytes.length), new ByteArrayInputStream(bytes));
    }

    private static TarEntry file(String path, long size) {
        return new TarEntry(
                TarEntry.Type.FILE, path, "", 0644, 0, 0, size, Instant.EPOCH, 0, 0, Map.of(), false, List.of());
    }
}
