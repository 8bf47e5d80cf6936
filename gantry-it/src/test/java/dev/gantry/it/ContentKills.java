package dev.gantry.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.api.client.EngineClient;
import dev.gantry.api.client.Request;
import dev.gantry.api.client.Response;
import dev.gantry.images.content.DiskContentStore;
import dev.gantry.images.content.StoreCheck;
import dev.gantry.images.layer.TarEntry;
import dev.gantry.images.layer.TarReader;
import dev.gantry.images.layer.TarWriter;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Kills gantryd at random moments while files go into containers and out of them, while containers become images and
/// archives, images go to a registry and come back, and plugins are made, started and removed. Starts it again, and
/// holds it to its word: what was acknowledged is there with its content, what was removed is gone, and nothing is
/// left behind.
final class ContentKills implements AutoCloseable {
    private static final String REGISTRY = "localhost:5198";

    /// Of an image or a plugin.
    private enum Known {
        THERE,
        GONE,
        OPEN
    }

    private final Path directory;
    private final DaemonProcess daemon;
    private final Random random;
    private final Kills kills;
    private final Process registry;
    private final byte[] plugin;
    private final Map<String, Known> images = new ConcurrentHashMap<>();
    private final Map<String, Known> plugins = new ConcurrentHashMap<>();
    /// Which images the registry has for certain, and the file in each.
    private final Map<String, Integer> pushed = new ConcurrentHashMap<>();
    /// By container, how many files were written into it for certain.
    private final Map<String, Integer> files = new ConcurrentHashMap<>();

    private final AtomicInteger answers = new AtomicInteger();
    private final AtomicInteger names = new AtomicInteger();
    private int verified;

    ContentKills(Path directory, DaemonProcess daemon, long seed) throws IOException {
        this.directory = directory;
        this.daemon = daemon;
        this.random = new Random(seed);
        this.kills = new Kills(daemon, random);
        this.plugin = Files.readAllBytes(Rootfs.tarball(
                PluginProgram.make(directory.resolve("plugin"), "directory"), directory.resolve("plugin.tar")));
        Path rootfs = Rootfs.tarball(Rootfs.busybox(directory.resolve("base")), directory.resolve("base.tar"));
        try (EngineClient client = daemon.client();
                InputStream in = Files.newInputStream(rootfs)) {
            client.raw(Request.post("/images/create").with("fromSrc", "-").with("repo", "base").with("tag", "1").stream(
                    in, "application/x-tar"));
        }
        this.registry = startRegistry();
    }

    private Process startRegistry() throws IOException {
        Path config =
                Files.writeString(directory.resolve("registry.yml"), """
                version: 0.1
                log: {level: error}
                storage:
                  filesystem: {rootdirectory: %s}
                http: {addr: "127.0.0.1:5198"}
                """.formatted(directory.resolve("registry")));
        List<String> command = new ArrayList<>(daemon.inside());
        command.addAll(List.of("docker-registry", "serve", config.toString()));
        Process started = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("registry.log").toFile())
                .start();
        List<String> asks = new ArrayList<>(daemon.inside());
        asks.addAll(List.of("busybox", "wget", "-q", "-O", "-", "http://" + REGISTRY + "/v2/"));
        Waiting.until(Duration.ofSeconds(60), () -> "the registry listens", () -> {
            try {
                return new ProcessBuilder(asks).start().onExit().join().exitValue() == 0;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        return started;
    }

    void run(int times) throws IOException, InterruptedException {
        for (int i = 0; i < times; i++) {
            int wanted = answers.get() + 1 + random.nextInt(20);
            kills.one(
                    List.of(this::copies, this::becomesAnImage, this::becomesAnImage, this::plugged),
                    () -> wanted + " answers",
                    () -> answers.get() >= wanted,
                    Duration.ofMillis(120));
            daemon.startAgain();
            verify();
        }
        assertThat(verified).as("what was verified").isGreaterThan(times);
    }

    int verified() {
        return verified;
    }

    // load

    /// Files into a container that runs or does not, and out again.
    private void copies(EngineClient client, Random own) throws IOException {
        String name = "c" + names.incrementAndGet();
        create(client, name, "base:1");
        if (own.nextBoolean()) {
            client.startContainer(name);
        }
        for (int i = 1; i <= 5; i++) {
            client.raw(archive(name, "/tmp").stream(new ByteArrayInputStream(file(i)), "application/x-tar"));
            files.put(name, i);
            verifyFile(client, name, i);
            answers.incrementAndGet();
        }
        client.changes(name);
        try (Response all = client.export(name)) {
            all.body().transferTo(OutputStream.nullOutputStream());
        }
        answers.incrementAndGet();
    }

    private static Request archive(String container, String path) {
        return Request.of("PUT", "/containers/" + container + "/archive").with("path", path);
    }

    /// Large enough to be cut off in the middle, and no part like another.
    private static byte[] content(int number) {
        byte[] content = new byte[200_000];
        new Random(number).nextBytes(content);
        return content;
    }

    private static byte[] file(int number) throws IOException {
        byte[] content = content(number);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        TarWriter tar = new TarWriter(out);
        tar.write(
                new TarEntry(
                        TarEntry.Type.FILE,
                        "n" + number,
                        "",
                        0644,
                        0,
                        0,
                        content.length,
                        Instant.EPOCH,
                        0,
                        0,
                        Map.of(),
                        false,
                        List.of()),
                new ByteArrayInputStream(content));
        tar.finish();
        return out.toByteArray();
    }

    private static void verifyFile(EngineClient client, String container, int file) throws IOException {
        try (Response answer = client.http()
                .ask(Request.get("/containers/" + container + "/archive").with("path", "/tmp/n" + file))) {
            TarReader tar = new TarReader(answer.body(), "the answer");
            Optional<TarEntry> entry = tar.next();
            assertThat(entry).isPresent();
            byte[] expected = content(file);
            assertThat(entry.get().size()).isEqualTo(expected.length);
            byte[] found = new byte[expected.length];
            for (int at = 0; at < found.length; ) {
                int more = tar.read(found, at, found.length - at);
                assertThat(more).as("bytes after %s", at).isPositive();
                at += more;
            }
            assertThat(Arrays.equals(found, expected))
                    .as("all bytes of file %s of %s", file, container)
                    .isTrue();
        }
    }

    /// A container is committed; its image goes to the registry, is removed, and comes back.
    private void becomesAnImage(EngineClient client, Random own) throws IOException {
        String name = "i" + names.incrementAndGet();
        create(client, name, "base:1");
        int file = own.nextInt(9) + 1;
        client.raw(archive(name, "/tmp").stream(new ByteArrayInputStream(file(file)), "application/x-tar"));
        String image = REGISTRY + "/" + name + ":1";
        asked(
                images,
                image,
                Known.THERE,
                () -> client.commit(Request.post("/commit")
                        .with("container", name)
                        .with("repo", REGISTRY + "/" + name)
                        .with("tag", "1")
                        .json("{}")));
        progress(client.raw(Request.post("/images/" + REGISTRY + "/" + name + "/push")
                .with("tag", "1")
                .header("X-Registry-Auth", "e30=")));
        pushed.put(image, file);
        answers.incrementAndGet();
        client.removeContainer(name, true, true, false);
        asked(images, image, Known.GONE, () -> client.removeImage(image, false, false));
        asked(images, image, Known.THERE, () -> pull(client, image));
        if (own.nextBoolean()) {
            asked(images, image, Known.GONE, () -> client.removeImage(image, false, false));
        }
    }

    private static void pull(EngineClient client, String image) {
        int colon = image.lastIndexOf(':');
        progress(client.raw(Request.post("/images/create")
                .with("fromImage", image.substring(0, colon))
                .with("tag", image.substring(colon + 1))));
    }

    private static void progress(String lines) {
        assertThat(lines).doesNotContain("\"error\"").contains("status");
    }

    private void plugged(EngineClient client, Random own) {
        String name = "p" + names.incrementAndGet() + ":latest";
        asked(plugins, name, Known.THERE, () -> client.createPlugin(name, new ByteArrayInputStream(plugin)));
        client.enablePlugin(name, "30");
        answers.incrementAndGet();
        client.disablePlugin(name, false);
        answers.incrementAndGet();
        if (own.nextBoolean()) {
            client.enablePlugin(name, "30");
        }
        asked(plugins, name, Known.GONE, () -> client.removePlugin(name, true));
    }

    private void asked(Map<String, Known> which, String name, Known then, Runnable change) {
        which.put(name, Known.OPEN);
        change.run();
        which.put(name, then);
        answers.incrementAndGet();
    }

    private static void create(EngineClient client, String name, String image) {
        client.raw(Request.post("/containers/create")
                .with("name", name)
                .json("{\"Image\":\"" + image + "\",\"Cmd\":[\"/bin/sleep\",\"1000\"],\"StopSignal\":\"SIGKILL\","
                        + "\"HostConfig\":{\"NetworkMode\":\"none\"}}"));
    }

    // verification

    private void verify() throws IOException {
        try (EngineClient client = daemon.client()) {
            for (Map.Entry<String, Integer> file : files.entrySet()) {
                for (int i = 1; i <= file.getValue(); i++) {
                    verifyFile(client, file.getKey(), i);
                    verified++;
                }
            }
            files.clear();
            for (var container : client.containers(true, "", false, "")) {
                client.removeContainer(container.id(), true, true, false);
            }
            verifyPlugins(client);
            verifyImages(client);
            assertThat(client.images(true, "").stream().map(i -> i.repoTags()).toList())
                    .as("images")
                    .containsExactly(List.of("base:1"));
        }
        StoreCheck.Result check =
                StoreCheck.run(new DiskContentStore(daemon.data().resolve("content")), 2);
        assertThat(check.damages()).isEmpty();
        nothingIsLeft();
    }

    private void verifyPlugins(EngineClient client) {
        Set<String> there =
                client.plugins("").stream().map(p -> p.name()).collect(Collectors.toCollection(TreeSet::new));
        held(plugins, there);
        for (String name : there) {
            if (!client.plugin(name).enabled()) {
                client.enablePlugin(name, "30");
            }
            client.removePlugin(name, true);
            verified++;
        }
        plugins.clear();
    }

    private void verifyImages(EngineClient client) throws IOException {
        Set<String> there = client.images(false, "").stream()
                .flatMap(i -> i.repoTags().stream())
                .filter(t -> t.startsWith(REGISTRY))
                .collect(Collectors.toCollection(TreeSet::new));
        held(images, there);
        for (String image : there) {
            client.removeImage(image, false, false);
        }
        for (String image : pushed.keySet()) {
            pull(client, image);
            create(client, "of-image", image);
            client.startContainer("of-image");
            verifyFile(client, "of-image", pushed.get(image));
            client.removeContainer("of-image", true, true, false);
            client.removeImage(image, false, false);
            verified++;
        }
        pushed.clear();
        images.clear();
        for (var image : client.images(true, "")) {
            if (!image.repoTags().contains("base:1")) {
                client.removeImage(image.id(), true, false); // committed and not named, or pulled and not named
            }
        }
    }

    private static void held(Map<String, Known> promised, Set<String> there) {
        promised.forEach((name, known) -> {
            if (known != Known.OPEN) {
                assertThat(there.contains(name)).as("%s is %s", name, known).isEqualTo(known == Known.THERE);
            }
        });
        assertThat(there).as("nobody asked for it").allMatch(promised::containsKey);
    }

    private void nothingIsLeft() {
        Waiting.until(
                Duration.ofSeconds(30),
                () -> "left over: " + leftOver(),
                () -> leftOver().isEmpty());
    }

    /// Mounts, and directories of containers and plugins.
    private List<String> leftOver() {
        List<String> left = new ArrayList<>();
        try (Stream<String> mounts = Files.lines(Path.of("/proc/self/mountinfo"))) {
            mounts.filter(m -> m.contains(daemon.data().toString())).forEach(left::add);
            for (String kind : List.of("containers", "plugins")) {
                Path place = daemon.data().resolve(kind);
                if (Files.isDirectory(place)) {
                    try (Stream<Path> all = Files.list(place)) {
                        all.filter(d -> !d.endsWith("plugins/content"))
                                .map(Path::toString)
                                .forEach(left::add);
                    }
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return left;
    }

    @Override
    public void close() {
        registry.destroy();
        registry.onExit().join();
    }
}
