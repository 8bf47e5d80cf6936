package dev.gantry.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.api.client.EngineClient;
import dev.gantry.api.client.Request;
import dev.gantry.images.content.DiskContentStore;
import dev.gantry.images.content.StoreCheck;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// Kills gantryd while it builds: while files come in, steps run, layers are kept and images get their names. Starts it
/// again, and holds it to its word: an image that was told is there and runs, and of all else nothing is left.
final class BuildKills {
    private static final Pattern ID = Pattern.compile("\"aux\":\\{\"ID\":\"(sha256:[0-9a-f]{64})\"");

    private static final String ALWAYS = """
            FROM base:1
            RUN --mount=type=cache,target=/kept echo always > /always
            COPY big /big
            """;

    private final DaemonProcess daemon;
    private final Random random;
    private final Kills kills;
    private final byte[] big = new byte[3 << 20];

    /// Images that were told, by their names.
    private final Map<String, String> told = new ConcurrentHashMap<>();

    private final AtomicInteger steps = new AtomicInteger();
    private final AtomicInteger names = new AtomicInteger();
    private String always = "";
    private int verified;

    BuildKills(Path directory, DaemonProcess daemon, long seed) throws IOException {
        this.daemon = daemon;
        this.random = new Random(seed);
        this.kills = new Kills(daemon, random);
        random.nextBytes(big);
        Path rootfs = Rootfs.tarball(Rootfs.busybox(directory.resolve("base")), directory.resolve("base.tar"));
        try (EngineClient client = daemon.client();
                InputStream in = Files.newInputStream(rootfs)) {
            client.raw(Request.post("/images/create").with("fromSrc", "-").with("repo", "base").with("tag", "1").stream(
                    in, "application/x-tar"));
            always = build(client, "always:1", ALWAYS);
        }
    }

    void run(int times) throws IOException, InterruptedException {
        for (int i = 0; i < times; i++) {
            int wanted = steps.get() + 1 + random.nextInt(3);
            kills.one(
                    List.of(this::builds, this::builds),
                    () -> wanted + " builds",
                    () -> steps.get() >= wanted,
                    Duration.ofMillis(400));
            daemon.startAgain();
            verify();
        }
        assertThat(verified).as("what was verified").isGreaterThan(times);
    }

    int verified() {
        return verified;
    }

    /// Something of each kind, and nothing that was built before.
    private void builds(EngineClient client, Random own) {
        int number = names.incrementAndGet();
        String name = "made-" + number + ":1";
        String dockerfile = """
                FROM base:1 AS first
                ARG number=%d
                RUN --mount=type=cache,target=/kept echo $number >> /kept/list; echo $number > /first
                FROM base:1 AS second
                COPY --chmod=600 big /a/%d/big
                RUN mkdir /many; i=0; while [ $i -lt 200 ]; do echo %d > /many/$i; i=$((i+1)); done
                FROM second
                COPY --from=first /first /number
                RUN dd if=/dev/zero of=/zeros bs=64k count=64 2>/dev/null
                """.formatted(number, number, number);
        told.put(name, "");
        told.put(name, build(client, name, dockerfile));
        steps.incrementAndGet();
    }

    private String build(EngineClient client, String name, String dockerfile) {
        var context = new ByteArrayOutputStream();
        context.writeBytes(RawRequest.file("Dockerfile", dockerfile));
        context.writeBytes(RawRequest.entry('0', "big", "", big.length));
        context.writeBytes(big);
        context.writeBytes(new byte[1024]);
        String answer = client.raw(Request.post("/build").with("t", name).with("networkmode", "none").stream(
                new ByteArrayInputStream(context.toByteArray()), "application/x-tar"));
        Matcher id = ID.matcher(answer);
        assertThat(id.find()).as(answer).isTrue();
        return id.group(1);
    }

    private void verify() throws IOException {
        try (EngineClient client = daemon.client()) {
            assertThat(client.containers(true, "", false, "")).as("containers").isEmpty();
            nothingIsLeft();
            for (Map.Entry<String, String> image : told.entrySet()) {
                if (!image.getValue().isEmpty()) {
                    runs(client, image.getKey(), image.getValue());
                    verified++;
                }
            }
            told.clear();
            for (var image : client.images(true, "")) {
                if (image.repoTags().stream().noneMatch(t -> t.equals("base:1") || t.equals("always:1"))) {
                    client.removeImage(image.id(), true, false);
                }
            }
            assertThat(build(client, "always:1", ALWAYS)).isEqualTo(always);
            client.raw(Request.post("/build/prune").with("all", "1"));
            assertThat(build(client, "always:1", ALWAYS)).isEqualTo(always);
        }
        StoreCheck.Result check =
                StoreCheck.run(new DiskContentStore(daemon.data().resolve("content")), 2);
        assertThat(check.damages()).isEmpty();
        nothingIsLeft();
    }

    /// Each of its layers has what it should have.
    private static void runs(EngineClient client, String name, String id) throws IOException {
        assertThat(client.raw(Request.get("/images/" + name + "/json"))).contains(id);
        String number = name.substring("made-".length(), name.indexOf(':'));
        String script = "test \\\"$(cat /number /many/199)\\\" = \\\"$(echo %s; echo %s)\\\"".formatted(number, number)
                + " && test $(wc -c < /a/%s/big) = 3145728 && test $(wc -c < /zeros) = 4194304".formatted(number);
        String container = Kills.id(client.raw(Request.post("/containers/create")
                .json("{\"Image\":\"" + name + "\",\"Cmd\":[\"busybox\",\"sh\",\"-c\",\""
                        + script.replace("wc -c", "busybox wc -c").replace("&& test", "&& busybox test")
                        + "\"],\"HostConfig\":{\"NetworkMode\":\"none\"}}")));
        client.startContainer(container);
        try (EngineClient.Waiting waiting = client.waitContainer(container, "not-running")) {
            assertThat(waiting.await().statusCode()).as(name).isZero();
        }
        client.removeContainer(container, true, true, false);
    }

    private void nothingIsLeft() {
        Waiting.until(
                Duration.ofSeconds(30),
                () -> "left over: " + leftOver(),
                () -> leftOver().isEmpty());
    }

    /// Mounts, containers' directories, files on their way, layers that are half made.
    private List<String> leftOver() {
        List<String> left = new ArrayList<>();
        try (Stream<String> mounts = Files.lines(Path.of("/proc/self/mountinfo"))) {
            mounts.filter(m -> m.contains(daemon.data().toString())).forEach(left::add);
            for (String place : List.of("containers", "content/kept", "content/ingest")) {
                left.addAll(in(daemon.data().resolve(place)));
            }
            left.addAll(DeletedFiles.of(daemon.pid(), daemon.data().resolve("build/spool")));
            try (Stream<Path> drivers = Files.list(daemon.data().resolve("snapshots"))) {
                for (Path driver : drivers.toList()) {
                    for (String place : List.of("stage", "containers", "trash")) {
                        left.addAll(in(driver.resolve(place)));
                    }
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return left;
    }

    private static List<String> in(Path place) throws IOException {
        if (!Files.isDirectory(place)) {
            return List.of();
        }
        try (Stream<Path> all = Files.list(place)) {
            return all.map(Path::toString).toList();
        }
    }
}
