package dev.gantry.daemon.migrate;

import dev.gantry.base.Conflict;
import dev.gantry.base.Internal;
import dev.gantry.base.NotFound;
import dev.gantry.base.Unsupported;
import dev.gantry.engine.plugin.JsonTree;
import dev.gantry.linux.Fd;
import dev.gantry.linux.Linux;
import dev.gantry.linux.LinuxError;
import dev.gantry.linux.OpenFlags;
import dev.gantry.linux.Resolve;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// The data root of a dockerd that does not run: what is in it, and where. No dockerd starts on it until it is closed.
final class DockerRoot implements AutoCloseable {
    private static final Pattern HEX = Pattern.compile("[0-9a-f]{64}");
    private static final Pattern CACHE = Pattern.compile("[0-9a-z-]{1,128}");
    private static final int LARGEST = 1 << 30;

    private final Path root;
    private final Fd lock;

    private DockerRoot(Path root, Fd lock) {
        this.root = root;
        this.lock = lock;
    }

    /// @param options of the driver
    record Volume(String name, String driver, Map<String, String> labels, Map<String, String> options) {
        Volume {
            labels = Map.copyOf(labels);
            options = Map.copyOf(options);
        }
    }

    static DockerRoot open(Linux linux, Path root) {
        String what = "take over the data root " + root;
        Path volumes = root.resolve("volumes/metadata.db");
        if (!Files.exists(volumes) || !Files.isDirectory(root.resolve("image"))) {
            throw new NotFound(what, "it is no data root of a dockerd", "name one with --from");
        }
        if (!Files.isDirectory(root.resolve("image/overlay2/layerdb"))) {
            throw new Unsupported(
                    what,
                    "its images are not kept by the storage driver overlay2",
                    "carry images with docker save and gantry load, volumes with docker cp");
        }
        try {
            // bbolt holds flock(2) on its file as long as dockerd runs.
            Fd lock = linux.files().open(Fd.CWD, volumes.toString(), OpenFlags.READ, 0, Resolve.ANY);
            if (!linux.files().tryLock(lock)) {
                lock.close();
                throw new Conflict(
                        what,
                        "a dockerd is running on it",
                        "stop it first: systemctl stop docker.socket docker.service");
            }
            return new DockerRoot(root, lock);
        } catch (LinuxError e) {
            throw e.during(what);
        }
    }

    private static Internal unreadable(Path file, IOException e) {
        return new Internal(
                "read " + file,
                String.valueOf(e.getMessage()),
                "start dockerd on this data root to see whether it is whole",
                e);
    }

    private static byte[] read(Path file) throws IOException {
        if (Files.size(file) > LARGEST) {
            throw new IOException("it is larger than 1 GiB");
        }
        return Files.readAllBytes(file);
    }

    private static String word(Path file, Pattern form) throws IOException {
        String text = Files.readString(file).strip();
        if (!form.matcher(text).matches()) {
            throw new IOException("it says " + text);
        }
        return text;
    }

    private static List<String> names(Path directory, Pattern form) throws IOException {
        List<String> all = new ArrayList<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
            for (Path entry : entries) {
                if (form.matcher(entry.getFileName().toString()).matches()) {
                    all.add(entry.getFileName().toString());
                }
            }
        } catch (NoSuchFileException none) {
            return List.of();
        }
        return all.stream().sorted().toList();
    }

    // images

    /// The names of each image, by its id without `sha256:`; digests are not names.
    Map<String, List<String>> imageNames() {
        Path file = root.resolve("image/overlay2/repositories.json");
        try {
            Map<String, List<String>> all = new LinkedHashMap<>();
            DockerContainer.object(JsonTree.object(read(file)), "Repositories").forEach((_, names) -> {
                if (names instanceof Map<?, ?> map) {
                    map.forEach((name, id) -> {
                        if (!String.valueOf(name).contains("@")) {
                            all.computeIfAbsent(String.valueOf(id).replace("sha256:", ""), _ -> new ArrayList<>())
                                    .add(String.valueOf(name));
                        }
                    });
                }
            });
            return all;
        } catch (IOException e) {
            throw unreadable(file, e);
        }
    }

    /// How many images there are, those without names and those in the middle of builds too.
    int countImages() {
        Path directory = root.resolve("image/overlay2/imagedb/content/sha256");
        try {
            return names(directory, HEX).size();
        } catch (IOException e) {
            throw unreadable(directory, e);
        }
    }

    DockerImage image(String id, List<String> names) {
        Path file = root.resolve("image/overlay2/imagedb/content/sha256").resolve(id);
        try {
            byte[] config = read(file);
            List<DockerImage.Layer> layers = new ArrayList<>();
            String chain = "";
            for (String diff : diffIds(config)) {
                chain = chain.isEmpty()
                        ? diff
                        : "sha256:" + sha256((chain + " " + diff).getBytes(StandardCharsets.UTF_8));
                layers.add(layer(chain.replace("sha256:", "")));
            }
            return new DockerImage(id, config, names, layers);
        } catch (IOException e) {
            throw unreadable(file, e);
        }
    }

    static List<String> diffIds(byte[] config) throws IOException {
        List<String> all = new ArrayList<>();
        Object ids = DockerContainer.object(JsonTree.object(config), "rootfs").get("diff_ids");
        for (Object id : ids instanceof List<?> list ? list : List.of()) {
            if (!HEX.matcher(String.valueOf(id).replace("sha256:", "")).matches()) {
                throw new IOException("it has a layer " + id);
            }
            all.add(String.valueOf(id));
        }
        return all;
    }

    private DockerImage.Layer layer(String chain) throws IOException {
        if (!HEX.matcher(chain).matches()) {
            throw new IOException("it has a layer " + chain);
        }
        Path about = root.resolve("image/overlay2/layerdb/sha256").resolve(chain);
        String cache = word(about.resolve("cache-id"), CACHE);
        return new DockerImage.Layer(
                root.resolve("overlay2").resolve(cache).resolve("diff"), about.resolve("tar-split.json.gz"));
    }

    static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    // the others

    List<Volume> volumes() {
        Path file = root.resolve("volumes/metadata.db");
        try {
            List<Volume> all = new ArrayList<>();
            for (var entry : BoltFile.bucket(read(file), "volumes").entrySet()) {
                Map<String, @Nullable Object> tree = JsonTree.object(entry.getValue());
                String driver = DockerContainer.text(tree, "Driver");
                all.add(new Volume(
                        entry.getKey(),
                        driver.isEmpty() ? "local" : driver,
                        texts(DockerContainer.object(tree, "Labels")),
                        texts(DockerContainer.object(tree, "Options"))));
            }
            return all;
        } catch (IOException e) {
            throw unreadable(file, e);
        }
    }

    private static Map<String, String> texts(Map<String, @Nullable Object> tree) {
        Map<String, String> all = new LinkedHashMap<>();
        tree.forEach((key, value) -> all.put(key, String.valueOf(value)));
        return all;
    }

    /// Where the files of a volume of the driver `local` are.
    Path files(Volume volume) {
        return root.resolve("volumes").resolve(volume.name()).resolve("_data");
    }

    List<DockerNetworks.Network> networks() {
        Path file = root.resolve("network/files/local-kv.db");
        try {
            return Files.exists(file) ? DockerNetworks.read(read(file)) : List.of();
        } catch (IOException e) {
            throw unreadable(file, e);
        }
    }

    List<DockerContainer> containers() {
        Path directory = root.resolve("containers");
        try {
            List<DockerContainer> all = new ArrayList<>();
            for (String id : names(directory, HEX)) {
                Path own = directory.resolve(id);
                if (!Files.exists(own.resolve("config.v2.json"))) {
                    continue; // its removal was cut
                }
                String mount = word(
                        root.resolve("image/overlay2/layerdb/mounts")
                                .resolve(id)
                                .resolve("mount-id"),
                        CACHE);
                all.add(DockerContainer.of(
                        id,
                        read(own.resolve("config.v2.json")),
                        read(own.resolve("hostconfig.json")),
                        root.resolve("overlay2").resolve(mount).resolve("diff")));
            }
            return all;
        } catch (IOException e) {
            throw unreadable(directory, e);
        }
    }

    @Override
    public void close() {
        lock.close();
    }
}
