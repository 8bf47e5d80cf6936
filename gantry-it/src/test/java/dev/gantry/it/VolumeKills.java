package dev.gantry.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.api.client.EngineClient;
import dev.gantry.api.client.Request;
import dev.gantry.api.client.Response;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Kills gantryd at random moments while volumes are made, used, copied, backed up, restored, moved, renamed
/// and removed, starts it again, and holds it to its word: what was acknowledged is there with its content, what
/// was removed is gone, nothing is mounted or bound that nobody uses, and a container that was frozen for a copy
/// goes on.
final class VolumeKills {
    private static final String WRITER =
            "i=0; while :; do i=$((i+1)); echo $i >>/v/a; echo $i >>/v/b; sleep 0.002; done";

    /// What its user knows about a volume.
    private enum Known {
        THERE,
        GONE,
        /// A request about it was not answered.
        OPEN
    }

    private final Path image;
    private final DaemonProcess daemon;
    private final Random random;
    private final Map<String, Known> volumes = new ConcurrentHashMap<>();
    /// By volume, the text in its file `f`.
    private final Map<String, String> written = new ConcurrentHashMap<>();

    private final Kills kills;
    private final AtomicInteger answers = new AtomicInteger();
    private final AtomicInteger names = new AtomicInteger();
    private int verified;

    VolumeKills(Path directory, DaemonProcess daemon, long seed) throws IOException {
        this.image = Rootfs.busybox(directory.resolve("image"));
        this.daemon = daemon;
        this.random = new Random(seed);
        this.kills = new Kills(daemon, random);
    }

    /// `kills` times: load, wait a random moment, kill, see that the writer goes on, start again, verify.
    void run(int times) throws IOException, InterruptedException {
        try (EngineClient client = daemon.client()) {
            create(client, "live", WRITER, "live:/v");
            client.startContainer("live");
            for (int i = 0; i < 8; i++) {
                Files.write(data("live").resolve("filling" + i), new byte[1 << 20]);
            }
        }
        for (int i = 0; i < times; i++) {
            int wanted = answers.get() + random.nextInt(25);
            kills.one(
                    List.of(this::life, this::life, this::copies),
                    () -> wanted + " answers",
                    () -> answers.get() >= wanted,
                    Duration.ofMillis(80));
            goesOn();
            daemon.startAgain();
            verify();
        }
        assertThat(verified).as("volumes that were verified").isGreaterThan(times);
    }

    int verified() {
        return verified;
    }

    // load

    /// A volume is made, written to by a container, cloned, renamed, restored; one of them is removed.
    private void life(EngineClient client, Random own) {
        String name = "v" + names.incrementAndGet();
        String options = own.nextInt(3) == 0 ? ",\"DriverOpts\":{\"size\":\"16m\"}" : "";
        asked(
                name,
                Known.THERE,
                () -> client.raw(Request.post("/volumes/create").json("{\"Name\":\"" + name + "\"" + options + "}")));
        String container = "c" + name;
        create(client, container, "echo " + name + " >/v/f", name + ":/v");
        client.startContainer(container);
        Waiting.until(Duration.ofSeconds(20), () -> "the end of " + container, () -> ended(client, container));
        written.put(name, name);
        client.removeContainer(container, true, false, false);
        String clone = name + "-clone";
        written.put(clone, name);
        asked(clone, Known.THERE, () -> post(client, name, "clone", clone));
        switch (own.nextInt(5)) {
            case 0 -> asked(name, Known.GONE, () -> client.removeVolume(name, false));
            case 1 -> {
                String other = name + "-renamed";
                written.put(other, name);
                volumes.put(other, Known.OPEN);
                asked(clone, Known.GONE, () -> post(client, clone, "rename", other));
                volumes.put(other, Known.THERE);
            }
            case 2 ->
                asked(
                        name,
                        Known.THERE,
                        () -> client.copyVolume(
                                Request.post("/volumes/" + name + "/restore").with("from", clone)));
            case 3 -> moved(client, name, name + "-moved");
            case 4 -> {
                byte[] tar = backup(client, clone);
                asked(name, Known.THERE, () -> client.copyVolume(restoring(name, new ByteArrayInputStream(tar))));
            }
            default -> throw new IllegalStateException();
        }
    }

    /// As the command does between two engines: what is read is sent at once, and then the old one goes.
    private void moved(EngineClient client, String name, String to) {
        written.put(to, name);
        var lastUse = new AtomicReference<String>();
        asked(to, Known.THERE, () -> {
            try (Response files = client.http().ask(Request.get("/volumes/" + name + "/backup"))) {
                client.copyVolume(restoring(to, files.body()).with("new", true));
                lastUse.set(files.header("gantry-last-use"));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        Request unchanged = Request.of("DELETE", "/volumes/" + name + "?lastUse=" + lastUse.get());
        asked(name, Known.GONE, () -> client.raw(unchanged));
    }

    private static Request restoring(String name, InputStream tar) {
        return Request.post("/volumes/" + name + "/restore").stream(tar, "application/x-tar");
    }

    private static byte[] backup(EngineClient client, String name) {
        try (Response files = client.http().ask(Request.get("/volumes/" + name + "/backup"))) {
            return files.body().readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Of a volume that is written to all the time; of one in four a backup.
    private void copies(EngineClient client, Random own) {
        String name = "s" + names.incrementAndGet();
        String how = own.nextBoolean() ? "snapshot" : "clone";
        asked(name, Known.THERE, () -> post(client, "live", how, name));
        if (own.nextInt(4) == 0) {
            assertThat(backup(client, "live").length).isGreaterThan(8 << 20);
            answers.incrementAndGet();
        }
    }

    private void asked(String name, Known outcome, Runnable request) {
        volumes.put(name, Known.OPEN);
        request.run();
        volumes.put(name, outcome);
        answers.incrementAndGet();
    }

    private static void post(EngineClient client, String volume, String what, String to) {
        client.raw(Request.post("/volumes/" + volume + "/" + what).with("to", to));
    }

    private void create(EngineClient client, String name, String script, String bind) {
        String body = "{\"Image\":\"dir:" + image + "\",\"Cmd\":[\"/bin/sh\",\"-c\",\"" + script
                + "\"],\"HostConfig\":{\"NetworkMode\":\"none\",\"Binds\":[\"" + bind + "\"]}}";
        client.raw(Request.post("/containers/create").with("name", name).json(body));
    }

    private static boolean ended(EngineClient client, String container) {
        return client.inspectContainer(container).state().status().equals("exited");
    }

    // verification

    /// With no engine there: a container that is frozen for longer than a copy takes is lost to its user.
    private void goesOn() {
        long size = size();
        Waiting.until(Duration.ofSeconds(60), () -> "the writer goes on", () -> size() > size);
    }

    private long size() {
        try {
            return Files.size(data("live").resolve("b"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void verify() throws IOException {
        goesOn();
        try (EngineClient client = daemon.client()) {
            for (var container : client.containers(true, "", false, "")) {
                if (!container.names().contains("/live")) {
                    Waiting.until(
                            Duration.ofSeconds(10),
                            () -> "the end of " + container.names(),
                            () -> !client.inspectContainer(container.id())
                                    .state()
                                    .status()
                                    .equals("running"));
                    client.removeContainer(container.id(), true, false, false);
                }
            }
            Set<String> listed = listed(client);
            volumes.forEach((name, known) -> {
                if (known != Known.OPEN) {
                    assertThat(listed.contains(name))
                            .as("%s is %s", name, known)
                            .isEqualTo(known == Known.THERE);
                }
            });
            assertThat(listed).as("nobody asked for it").allMatch(v -> v.equals("live") || volumes.containsKey(v));
            nothingIsLeft(listed);
            for (String name : listed) {
                if (!name.equals("live")) {
                    content(client, name);
                    client.removeVolume(name, false);
                    verified++;
                }
            }
            nothingIsLeft(Set.of("live"));
        }
        volumes.clear();
        written.clear();
    }

    private static Set<String> listed(EngineClient client) {
        return client.volumes("").volumes().stream().map(v -> v.name()).collect(Collectors.toCollection(TreeSet::new));
    }

    private void content(EngineClient client, String name) throws IOException {
        boolean snapshot = name.startsWith("s");
        if (!snapshot && !written.containsKey(name)) {
            return;
        }
        create(client, "reader", "sleep 100", name + ":/v");
        client.startContainer("reader");
        if (snapshot) {
            int first = Files.readAllLines(data(name).resolve("a")).size();
            int second = Files.readAllLines(data(name).resolve("b")).size();
            assertThat(first - second)
                    .as("how far the second file of %s is behind", name)
                    .isBetween(0, 1);
        } else {
            assertThat(data(name).resolve("f")).hasContent(written.get(name));
        }
        client.removeContainer("reader", true, false, false);
    }

    private void nothingIsLeft(Set<String> listed) {
        Waiting.until(
                Duration.ofSeconds(10),
                () -> "left over: " + leftOver(listed),
                () -> leftOver(listed).isEmpty());
    }

    private Set<String> leftOver(Set<String> listed) {
        Path root = daemon.data().resolve("volumes");
        try (Stream<Path> directories = Files.list(root);
                Stream<String> mounts = Files.lines(Path.of("/proc/self/mountinfo"));
                Stream<Path> loops = Files.list(Path.of("/sys/block"))) {
            Set<String> left = new TreeSet<>();
            directories
                    .map(d -> d.getFileName().toString())
                    .filter(n -> !listed.contains(n))
                    .forEach(left::add);
            mounts.filter(m -> m.contains(root.toString())).forEach(left::add);
            loops.map(l -> backing(l)).filter(f -> f.contains(root.toString())).forEach(left::add);
            return left;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String backing(Path device) {
        try {
            return Files.readString(device.resolve("loop/backing_file")).strip();
        } catch (IOException notBound) {
            return "";
        }
    }

    private Path data(String volume) {
        return daemon.data().resolve("volumes").resolve(volume).resolve("_data");
    }
}
