package dev.gantry.daemon.migrate;

import dev.gantry.base.Conflict;
import dev.gantry.base.Digest;
import dev.gantry.base.GantryException;
import dev.gantry.base.Internal;
import dev.gantry.base.NotFound;
import dev.gantry.base.Unsupported;
import dev.gantry.engine.plugin.JsonTree;
import dev.gantry.linux.DirectoryCalls;
import dev.gantry.linux.Errno;
import dev.gantry.linux.Fd;
import dev.gantry.linux.Linux;
import dev.gantry.linux.LinuxError;
import dev.gantry.linux.OpenFlags;
import dev.gantry.linux.Resolve;
import dev.gantry.linux.Stat;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// The data root of a dockerd that does not run: what is in it, and where. No dockerd starts on it until it is closed.
/// Everything is opened below its descriptor, and no link in it is followed.
final class DockerRoot implements AutoCloseable {
    private static final Pattern HEX = Pattern.compile("[0-9a-f]{64}");
    private static final Pattern CACHE = Pattern.compile("[0-9a-z-]{1,128}");
    private static final Pattern NAME = Pattern.compile("[a-zA-Z0-9][a-zA-Z0-9_.-]{0,254}");
    private static final int BELOW = Resolve.BENEATH | Resolve.NO_SYMLINKS | Resolve.NO_MAGICLINKS;
    private static final int LARGEST = 1 << 30;

    private final Linux linux;
    private final Path root;
    private final Fd directory;
    private final Fd lock;

    private DockerRoot(Linux linux, Path root, Fd directory, Fd lock) {
        this.linux = linux;
        this.root = root;
        this.directory = directory;
        this.lock = lock;
    }

    /// @param options of the driver
    record Volume(String name, String driver, Map<String, String> labels, Map<String, String> options) {
        Volume {
            labels = Map.copyOf(labels);
            options = Map.copyOf(options);
        }
    }

    /// @param broken what cannot be read, by its name, and why
    record Found<T>(List<T> whole, Map<String, GantryException> broken) {
        Found {
            whole = List.copyOf(whole);
            broken = new LinkedHashMap<>(broken);
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
            Fd directory = linux.files().openDirectory(root.toString());
            try {
                requireOwnersAsTheyAre(linux, directory, what);
                return new DockerRoot(linux, root, directory, lock(linux, directory, what));
            } catch (RuntimeException e) {
                directory.close();
                throw e;
            }
        } catch (LinuxError e) {
            throw e.during(what);
        }
    }

    /// A dockerd of an ordinary user owns its root as that user; one with `userns-remap` gives what is for containers
    /// to
    /// the group, or to the user, that is their root.
    private static void requireOwnersAsTheyAre(Linux linux, Fd directory, String what) {
        Stat own = linux.attributes().stat(directory);
        Stat layers = linux.attributes().stat(directory, "overlay2");
        if (own.uid() != 0 || layers.uid() != 0 || layers.gid() != 0) {
            throw new Unsupported(
                    what,
                    "it belongs to user " + (own.uid() != 0 ? own.uid() : layers.uid()) + " and group " + layers.gid()
                            + ": its dockerd is rootless or has userns-remap, and owners of files are shifted",
                    "carry images with docker save and gantry load, volumes with docker cp");
        }
    }

    /// bbolt holds flock(2) on its file as long as dockerd runs.
    private static Fd lock(Linux linux, Fd directory, String what) {
        Fd lock = linux.files().open(directory, "volumes/metadata.db", OpenFlags.READ, 0, BELOW);
        if (!linux.files().tryLock(lock)) {
            lock.close();
            throw new Conflict(
                    what, "a dockerd is running on it", "stop it first: systemctl stop docker.socket docker.service");
        }
        return lock;
    }

    private Internal unreadable(String file, Exception e) {
        return new Internal(
                "read " + root.resolve(file),
                String.valueOf(e.getMessage()),
                "start dockerd on this data root to see whether it is whole",
                e);
    }

    // what is below it

    /// A directory, with no link on the way.
    Fd directory(String path) throws IOException {
        try {
            return linux.files().open(directory, path, OpenFlags.READ | OpenFlags.DIRECTORY, 0, BELOW);
        } catch (LinuxError e) {
            throw new IOException(e.getMessage(), e);
        }
    }

    /// A regular file, from its beginning.
    InputStream file(String path) throws IOException {
        try (Fd fd = linux.files().openRegular(directory, path, BELOW)) {
            return Files.newInputStream(Path.of("/proc/self/fd/" + fd.number()));
        } catch (LinuxError e) {
            throw new IOException(e.getMessage(), e);
        }
    }

    private byte[] read(String path) throws IOException {
        try (Fd fd = linux.files().openRegular(directory, path, BELOW)) {
            return linux.files().readAll(fd, LARGEST);
        } catch (LinuxError e) {
            throw new IOException(e.getMessage(), e);
        }
    }

    private boolean exists(String path) throws IOException {
        try {
            linux.files()
                    .open(directory, path, OpenFlags.PATH | OpenFlags.NO_FOLLOW, 0, BELOW)
                    .close();
            return true;
        } catch (LinuxError e) {
            if (e.errno() == Errno.ENOENT) {
                return false;
            }
            throw new IOException(e.getMessage(), e);
        }
    }

    private String word(String path, Pattern form) throws IOException {
        return checked(new String(read(path), StandardCharsets.UTF_8).strip(), form);
    }

    private static String checked(String text, Pattern form) throws IOException {
        if (!form.matcher(text).matches()) {
            throw new IOException("it says " + (text.length() > 100 ? text.substring(0, 100) + "…" : text));
        }
        return text;
    }

    private List<String> names(String path, Pattern form) throws IOException {
        if (!exists(path)) {
            return List.of();
        }
        try (Fd fd = directory(path)) {
            return linux.directories().entries(fd).stream()
                    .map(DirectoryCalls.Entry::name)
                    .filter(n -> form.matcher(n).matches())
                    .sorted()
                    .toList();
        } catch (LinuxError e) {
            throw new IOException(e.getMessage(), e);
        }
    }

    // images

    /// The names of each image, by its id without `sha256:`; digests are not names.
    Map<String, List<String>> imageNames() {
        String file = "image/overlay2/repositories.json";
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
        String all = "image/overlay2/imagedb/content/sha256";
        try {
            return names(all, HEX).size();
        } catch (IOException e) {
            throw unreadable(all, e);
        }
    }

    DockerImage image(String id, List<String> names) {
        requireId(id);
        String file = "image/overlay2/imagedb/content/sha256/" + id;
        try {
            byte[] config = read(file);
            List<DockerImage.Layer> layers = new ArrayList<>();
            String chain = "";
            for (String diff : diffIds(config)) {
                chain = chain.isEmpty()
                        ? diff
                        : Digest.sha256Of(chain + " " + diff).toString();
                layers.add(layer(chain.replace("sha256:", "")));
            }
            return new DockerImage(id, config, names, layers);
        } catch (IOException e) {
            throw unreadable(file, e);
        }
    }

    /// What is no id becomes neither a path nor a request.
    static void requireId(String id) {
        if (!HEX.matcher(id).matches()) {
            throw new Internal("move image " + id, "its id is not one of 64 hex digits", "pull it again");
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
        String about = "image/overlay2/layerdb/sha256/" + checked(chain, HEX);
        String cache = word(about + "/cache-id", CACHE);
        return new DockerImage.Layer("overlay2/" + cache + "/diff", about + "/tar-split.json.gz");
    }

    // the others

    Found<Volume> volumes() {
        String file = "volumes/metadata.db";
        Map<String, byte[]> entries;
        try {
            entries = BoltFile.bucket(read(file), "volumes");
        } catch (IOException e) {
            throw unreadable(file, e);
        }
        List<Volume> all = new ArrayList<>();
        Map<String, GantryException> broken = new LinkedHashMap<>();
        entries.forEach((name, value) -> {
            try {
                Map<String, @Nullable Object> tree = JsonTree.object(value);
                String driver = DockerContainer.text(tree, "Driver");
                all.add(new Volume(
                        checked(name, NAME),
                        driver.isEmpty() ? "local" : driver,
                        texts(DockerContainer.object(tree, "Labels")),
                        texts(DockerContainer.object(tree, "Options"))));
            } catch (IOException | RuntimeException e) {
                broken.put(name, unreadable(file, e));
            }
        });
        return new Found<>(all, broken);
    }

    private static Map<String, String> texts(Map<String, @Nullable Object> tree) {
        Map<String, String> all = new LinkedHashMap<>();
        tree.forEach((key, value) -> all.put(key, String.valueOf(value)));
        return all;
    }

    /// The files of a volume of the driver `local`.
    Fd files(Volume volume) throws IOException {
        return directory("volumes/" + volume.name() + "/_data");
    }

    Found<DockerNetworks.Network> networks() {
        String file = "network/files/local-kv.db";
        try {
            if (!exists(file)) {
                return new Found<>(List.of(), Map.of());
            }
            Map<String, GantryException> broken = new LinkedHashMap<>();
            return new Found<>(
                    DockerNetworks.read(read(file), (name, e) -> broken.put(name, unreadable(file, e))), broken);
        } catch (IOException e) {
            throw unreadable(file, e);
        }
    }

    Found<DockerContainer> containers() {
        List<DockerContainer> all = new ArrayList<>();
        Map<String, GantryException> broken = new LinkedHashMap<>();
        for (String id : containerIds()) {
            String own = "containers/" + id + "/";
            try {
                if (exists(own + "config.v2.json")) { // else its removal was cut
                    all.add(container(id, own));
                }
            } catch (IOException | RuntimeException e) {
                broken.put(id, unreadable(own, e));
            }
        }
        return new Found<>(all, broken);
    }

    private List<String> containerIds() {
        try {
            return names("containers", HEX);
        } catch (IOException e) {
            throw unreadable("containers", e);
        }
    }

    private DockerContainer container(String id, String own) throws IOException {
        String mount = word("image/overlay2/layerdb/mounts/" + id + "/mount-id", CACHE);
        var container = DockerContainer.of(
                id, read(own + "config.v2.json"), read(own + "hostconfig.json"), "overlay2/" + mount + "/diff");
        checked(container.name(), NAME);
        checked(container.image(), HEX);
        return container;
    }

    @Override
    public void close() {
        lock.close();
        directory.close();
    }
}
