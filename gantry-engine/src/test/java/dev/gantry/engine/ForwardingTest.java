package dev.gantry.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gantry.base.InvalidArgument;
import dev.gantry.base.Unsupported;
import dev.gantry.engine.container.Container;
import dev.gantry.engine.container.ContainerSpec;
import dev.gantry.engine.container.ContainerSpec.LogConfig.Kind;
import dev.gantry.engine.log.LogQuery;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Records of real containers on their way to a real receiver, while either is away.
@Timeout(120)
class ForwardingTest {
    @TempDir
    static Path base;

    private static TestEngine engine;

    @BeforeAll
    static void start() {
        engine = TestEngine.start(base);
    }

    @AfterAll
    static void stop() {
        if (engine != null) {
            engine.close();
        }
    }

    /// Takes lines at a port that stays its own.
    private static final class Receiver implements AutoCloseable {
        final int port;
        final BlockingQueue<String> lines = new LinkedBlockingQueue<>();
        private ServerSocket socket;
        private volatile Socket open;

        Receiver() throws IOException {
            socket = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
            port = socket.getLocalPort();
            listen(socket);
        }

        private void listen(ServerSocket at) {
            Thread.startVirtualThread(() -> {
                while (true) {
                    try {
                        Socket from = at.accept();
                        open = from;
                        Thread.startVirtualThread(() -> read(from));
                    } catch (IOException e) {
                        return;
                    }
                }
            });
        }

        private void read(Socket from) {
            try (var reader =
                    new BufferedReader(new InputStreamReader(from.getInputStream(), StandardCharsets.UTF_8))) {
                reader.lines().forEach(line -> lines.add(line.substring(line.indexOf("]: ") + 3)));
            } catch (IOException | RuntimeException e) {
                return; // the test took it away
            }
        }

        void goAway() throws IOException {
            socket.close();
            Socket last = open;
            if (last != null) {
                last.close();
            }
        }

        void comeBack() throws IOException {
            socket = new ServerSocket();
            socket.setReuseAddress(true);
            socket.bind(new java.net.InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            listen(socket);
        }

        Set<String> until(String last) throws InterruptedException {
            return until(Set.of(last));
        }

        /// Of connections that follow each other, another thread reads each: the lines of one may come after the
        /// next's.
        Set<String> until(Set<String> wanted) throws InterruptedException {
            Set<String> all = new java.util.HashSet<>();
            while (!all.containsAll(wanted)) {
                String line = lines.poll(30, TimeUnit.SECONDS);
                assertThat(line).as("after " + all.size() + " lines").isNotNull();
                all.add(line);
            }
            return all;
        }

        @Override
        public void close() throws IOException {
            goAway();
        }
    }

    private static ContainerSpec.LogConfig syslog(Receiver to, boolean hidden) {
        Map<String, String> options = Map.of("syslog-address", "tcp://127.0.0.1:" + to.port);
        return new ContainerSpec.LogConfig(Kind.TEXT, 20 << 20, 5, false, "syslog", hidden, options);
    }

    private static Set<String> numbers(int from, int to) {
        return IntStream.rangeClosed(from, to).mapToObj(Integer::toString).collect(Collectors.toSet());
    }

    @Test
    void whatAContainerWritesArrivesAndCanBeReadHereToo() throws Exception {
        try (Receiver receiver = new Receiver()) {
            Container c = engine.ran(engine.sh("seq 1 500; printf end").log(syslog(receiver, false)));
            assertThat(receiver.until("end")).containsAll(numbers(1, 500));
            assertThat(engine.log(c.id()).lines()).hasSize(501);
            assertThat(engine.log(c.id(), LogQuery.ALL.last(2))).isEqualTo("500\nend");
        }
    }

    @Test
    void aHiddenCacheIsSentAndNotShown() throws Exception {
        try (Receiver receiver = new Receiver()) {
            Container c = engine.ran(engine.sh("echo end").log(syslog(receiver, true)));
            receiver.until("end");
            assertThatThrownBy(() -> engine.log(c.id())).isInstanceOf(Unsupported.class);
        }
    }

    @Test
    void theRestOfAContainerThatIsRemovedAtItsEndArrives() throws Exception {
        try (Receiver receiver = new Receiver()) {
            engine.started(engine.sh("seq 1 2000; echo end").autoRemove(true).log(syslog(receiver, false)));
            assertThat(receiver.until("end")).containsAll(numbers(1, 2000));
        }
    }

    @Test
    void theRestOfOneThatEndedWithoutAnEngineArrivesBeforeItIsRemoved() throws Exception {
        try (Receiver receiver = new Receiver()) {
            Path wait = Files.createDirectories(base.resolve("wait"));
            Container c = engine.started(
                    engine.sh("echo first; until [ -e /wait/1 ]; do sleep 0.05; done; seq 1 2000; echo end")
                            .bind(wait.toString(), "/wait")
                            .autoRemove(true)
                            .log(syslog(receiver, false)));
            receiver.until("first");
            engine.reopenAfter(() -> {
                try {
                    Files.createFile(wait.resolve("1"));
                } catch (IOException e) {
                    throw new java.io.UncheckedIOException(e);
                }
                TestEngine.await(
                        "it has ended", () -> Files.exists(c.files().directory().resolve("exit.json")));
            });
            assertThat(receiver.until("end")).containsAll(numbers(1, 2000));
            TestEngine.await(
                    "it is removed", () -> engine.containers().get(c.id()).isEmpty());
        }
    }

    @Test
    void noEndOfTheEngineLosesALine() throws Exception {
        try (Receiver receiver = new Receiver()) {
            Container c = engine.started(engine.sh("for i in $(seq 1 60); do echo $i; sleep 0.05; done; echo end")
                    .log(syslog(receiver, false)));
            for (int i = 0; i < 3; i++) {
                receiver.lines.take();
                engine.reopen();
            }
            // What was taken from the queue above is not in it.
            Set<String> rest = numbers(10, 60);
            rest.add("end");
            assertThat(receiver.until(rest)).containsAll(rest);
            engine.exit(c.id());
        }
    }

    @Test
    void aReceiverThatWasAwayGetsWhatWasWrittenMeanwhile() throws Exception {
        try (Receiver receiver = new Receiver()) {
            Path go = Files.createDirectories(base.resolve("go"));
            Container c =
                    engine.started(engine.sh("echo first; until [ -e /go/1 ]; do sleep 0.05; done; seq 1 100; echo end;"
                                    + " until [ -e /go/2 ]; do sleep 0.05; done")
                            .bind(go.toString(), "/go")
                            .log(syslog(receiver, false)));
            receiver.until("first");
            receiver.goAway();
            Files.createFile(go.resolve("1"));
            awaitLog(c, "end");
            receiver.comeBack();
            // The first of them may have gone into the connection that was on its way out.
            assertThat(receiver.until("end")).contains("99", "100");
            Files.createFile(go.resolve("2"));
            engine.exit(c.id());
        }
    }

    private static void awaitLog(Container c, String word) throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (!engine.log(c.id()).contains(word) && System.nanoTime() < deadline) {
            Thread.sleep(20);
        }
        assertThat(engine.log(c.id())).contains(word);
    }

    @Test
    void aReceiverThatIsNotThereFailsTheStart() throws Exception {
        Receiver receiver = new Receiver();
        receiver.close();
        Container c = engine.create(engine.sh("true").log(syslog(receiver, false)));
        assertThatThrownBy(() -> engine.containers().start(c.id()))
                .hasMessageContaining("failed to initialize logging driver: dial tcp 127.0.0.1:" + receiver.port
                        + ": connect: connection refused");
        assertThat(engine.containers().get(c.id()).orElseThrow().isRunning()).isFalse();
        engine.containers().remove(c.id(), true);
    }

    @Test
    void aDriverThatIsNotThereIsRefusedAtCreation() {
        var log = new ContainerSpec.LogConfig(Kind.TEXT, 0, 1, false, "nope", false, Map.of());
        assertThatThrownBy(() -> engine.create(engine.sh("true").log(log)))
                .isInstanceOf(InvalidArgument.class)
                .hasMessageContaining("no log driver named 'nope' is registered");
        Map<String, String> options = new HashMap<>(Map.of("tag", "{{.Nope}}"));
        var tagged = new ContainerSpec.LogConfig(Kind.JSON_FILE, 0, 1, false).with(options);
        assertThatThrownBy(() -> engine.create(engine.sh("true").log(tagged))).isInstanceOf(InvalidArgument.class);
    }

    @Test
    void recordsOfFilesCarryWhatTheirOptionsName() throws IOException {
        var log = new ContainerSpec.LogConfig(Kind.JSON_FILE, 0, 1, false)
                .with(Map.of("tag", "{{upper .Name}}", "labels", "tier", "env-regex", "^ST"));
        Container c = engine.containers()
                .create(
                        "tagged",
                        engine.sh("echo one")
                                .env(List.of("STAGE=\"a\"", "OTHER=b"))
                                .labels(Map.of("tier", "front", "x", "y"))
                                .log(log)
                                .build());
        engine.containers().start(c.id());
        engine.exit(c.id());
        assertThat(c.files().log())
                .content()
                .contains("\"attrs\":{\"STAGE\":\"\\\"a\\\"\",\"tag\":\"TAGGED\",\"tier\":\"front\"}");
        assertThat(engine.log(c.id())).isEqualTo("one\n");
    }

    @Test
    void localKeepsEveryByteAndRotates() {
        var log = new ContainerSpec.LogConfig(Kind.TEXT, 16 << 10, 3, false);
        Container c = engine.ran(
                engine.sh("printf 'a\\377\\001b\\n'; seq 1 3000; echo end >&2").log(log));
        assertThat(engine.log(c.id(), LogQuery.ALL.last(3))).isEqualTo("2999\n3000\nend\n");
        assertThat(c.files().log(log)).exists();
        assertThat(c.files().directory().resolve("container.log.1")).exists();
    }
}
