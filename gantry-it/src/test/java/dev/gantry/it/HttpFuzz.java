package dev.gantry.it;

import dev.gantry.api.client.EngineClient;
import dev.gantry.api.client.EngineError;
import dev.gantry.api.client.Request;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Sends [FuzzRequests] to a daemon and looks at what comes back: an answer, soon, that is no failure of the engine,
/// and that says why when it is a refusal.
final class HttpFuzz implements AutoCloseable {
    /// For the head of an answer. Only those that wait for something by their nature are not asked so long.
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private static final int ENOUGH = 64 << 10;
    private static final Pattern HEAD = Pattern.compile("HTTP/1\\.1 (\\d{3}) [^\r]*\r\n");

    /// What a dockerd answers with 500, and clients may know.
    private static final Pattern AS_DOCKER = Pattern.compile("is not paused");

    private final Path socket;
    private final ScheduledExecutorService clock =
            Executors.newSingleThreadScheduledExecutor(Thread.ofVirtual().factory());
    private final Queue<String> wrongs = new ConcurrentLinkedQueue<>();
    private final Map<String, Integer> statuses = new TreeMap<>();

    HttpFuzz(Path socket) {
        this.socket = socket;
    }

    List<String> wrongs() {
        return List.copyOf(wrongs);
    }

    /// How often each came.
    Map<String, Integer> statuses() {
        return statuses;
    }

    /// `workers` at a time, each with `count` requests of its own: the same ones with the same seed.
    void run(List<String> routes, long seed, int workers, int count) throws InterruptedException {
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < workers; i++) {
            FuzzRequests requests = new FuzzRequests(routes, new Random(seed + i));
            threads.add(Thread.ofVirtual().start(() -> {
                for (int n = 0; n < count && wrongs.size() < 20; n++) {
                    one(requests);
                }
            }));
        }
        for (Thread t : threads) {
            t.join();
        }
    }

    private void one(FuzzRequests requests) {
        FuzzRequests.Raw raw = null;
        try {
            raw = requests.next();
            send(raw);
        } catch (IOException | RuntimeException e) {
            wrongs.add((raw == null ? "" : raw.told()) + "\n    " + e);
        }
    }

    private void send(FuzzRequests.Raw raw) throws IOException {
        try (Talk talk = new Talk(SocketChannel.open(StandardProtocolFamily.UNIX))) {
            talk.channel.connect(UnixDomainSocketAddress.of(socket));
            // What was not ended may wait for its rest, or be a stream that does not end.
            List<Future<?>> clocks = List.of(
                    clock.schedule(talk::sendNoMore, 300, TimeUnit.MILLISECONDS),
                    clock.schedule(talk::leaveIfAnswered, 1, TimeUnit.SECONDS),
                    clock.schedule(talk::leave, PATIENCE.toSeconds(), TimeUnit.SECONDS));
            talk.say(raw.bytes(), raw.ends());
            talk.listen();
            clocks.forEach(c -> c.cancel(false));
            if (talk.hung) {
                wrongs.add(raw.told() + "\n    no answer within " + PATIENCE);
            } else {
                judge(raw, talk.heard());
            }
        }
    }

    /// One connection. Who sends is not always heard to its end, and who listens may be told to stop.
    private static final class Talk implements AutoCloseable {
        private final SocketChannel channel;
        private final ByteArrayOutputStream all = new ByteArrayOutputStream();
        private volatile boolean hung;

        Talk(SocketChannel channel) {
            this.channel = channel;
        }

        void say(byte[] bytes, boolean end) {
            try {
                for (ByteBuffer rest = ByteBuffer.wrap(bytes); rest.hasRemaining(); ) {
                    channel.write(rest);
                }
                if (end) {
                    channel.shutdownOutput();
                }
            } catch (IOException e) {
                return; // it has heard enough, and says so
            }
        }

        void listen() {
            ByteBuffer block = ByteBuffer.allocate(16 << 10);
            try {
                while (all.size() < ENOUGH && channel.read(block.clear()) >= 0) {
                    all.write(block.array(), 0, block.position());
                }
            } catch (IOException e) {
                return; // closed by either
            }
        }

        String heard() {
            return all.toString(StandardCharsets.ISO_8859_1);
        }

        void sendNoMore() {
            try {
                channel.shutdownOutput();
            } catch (IOException e) {
                return; // it has ended already
            }
        }

        void leaveIfAnswered() {
            if (heard().contains("\r\n\r\n")) {
                close();
            }
        }

        void leave() {
            hung = !heard().contains("\r\n\r\n");
            close();
        }

        @Override
        public void close() {
            try {
                channel.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private void judge(FuzzRequests.Raw raw, String answer) {
        String rest = answer;
        while (rest.startsWith("HTTP/1.1 100")) {
            rest = rest.substring(rest.indexOf("\r\n\r\n") + 4);
        }
        Matcher head = HEAD.matcher(rest);
        String status = head.lookingAt() ? head.group(1) : "none";
        synchronized (statuses) {
            statuses.merge(status, 1, Integer::sum);
        }
        if (status.equals("none") && !raw.torn()) {
            wrongs.add(raw.told() + "\n    no answer");
        }
        if ((status.equals("500") && !AS_DOCKER.matcher(rest).find()) || rest.contains("internal error")) {
            wrongs.add(raw.told() + "\n    " + rest.substring(0, Math.min(1500, rest.length())));
        }
        boolean refused = status.startsWith("4") || status.startsWith("5");
        int body = rest.indexOf("\r\n\r\n") + 4;
        if (refused
                && !raw.told().startsWith("HEAD")
                && !rest.substring(body).matches("(?s)\\{\"message\":\"..+\"\\}\\s*")) {
            wrongs.add(raw.told() + "\n    says not why: " + rest.substring(0, Math.min(600, rest.length())));
        }
    }

    /// What is named by the requests, whatever became of it.
    static void prepare(EngineClient client, Path rootfs) {
        for (var found : client.containers(true, "", false, "")) {
            quietly(() -> client.removeContainer(found.id(), true, true, false));
        }
        quietly(() -> client.raw(Request.post("/volumes/prune").with("all", "1")));
        quietly(() -> client.raw(Request.post("/networks/prune")));
        try (var tar = java.nio.file.Files.newInputStream(rootfs)) {
            client.raw(
                    Request.post("/images/create")
                            .with("fromSrc", "-")
                            .with("repo", "busybox")
                            .with("tag", "it")
                            .stream(tar, "application/x-tar"));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        quietly(() -> client.raw(Request.post("/networks/create")
                .json("{\"Name\":\"net\",\"IPAM\":{\"Config\":[{\"Subnet\":\"10.55.0.0/24\"}]}}")));
        quietly(() -> client.raw(Request.post("/volumes/create").json("{\"Name\":\"vol\"}")));
        for (String name : List.of("box", "still")) {
            quietly(
                    () -> client.raw(
                            Request.post("/containers/create")
                                    .with("name", name)
                                    .json(
                                            "{\"Image\":\"busybox:it\",\"Cmd\":[\"/bin/sleep\",\"100000\"],\"StopSignal\":\"SIGKILL\",\"OpenStdin\":true,"
                                                    + "\"HostConfig\":{\"NetworkMode\":\"none\",\"Memory\":67108864,\"PidsLimit\":64}}")));
        }
        quietly(() -> client.startContainer("box"));
    }

    private static void quietly(Runnable step) {
        try {
            step.run();
        } catch (EngineError e) {
            return; // it is there, or gone, already
        }
    }

    @Override
    public void close() {
        clock.shutdownNow();
    }
}
