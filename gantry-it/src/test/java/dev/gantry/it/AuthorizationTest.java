package dev.gantry.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.InputStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A daemon with an authorization plugin in a process of its own: what it sees, and that nothing passes it.
@Tag("kernel")
@Timeout(240)
class AuthorizationTest {
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final Path SOCKETS = Path.of("/run/docker/plugins");
    private static final String NAME = "gtauthz" + ProcessHandle.current().pid();
    private static final String EVIL =
            "{\"Image\":\"busybox:it\",\"Cmd\":[\"evil\"],\"HostConfig\":{\"NetworkMode\":\"none\"}}";
    private static final String NO_EVIL =
            "{\"phase\":\"Req\",\"uri\":\"^/v1[.]50/containers/create([?]|$)\",\"body\":\"evil\","
                    + "\"do\":\"deny\",\"msg\":\"no evil\"}";

    @TempDir
    static Path dir;

    private static DaemonProcess daemon;
    private static Process plugin;
    private static Docker docker;

    @BeforeAll
    static void start() throws IOException {
        assumeTrue("root".equals(System.getProperty("user.name")), "the daemon needs root");
        Docker client = new Docker("unix://" + dir.resolve("s"));
        Path tar = Rootfs.tarball(Rootfs.busybox(dir.resolve("rootfs")), dir.resolve("rootfs.tar"));
        Files.createDirectories(SOCKETS);
        startPlugin();
        daemon = DaemonProcess.startWith(dir, "--authorization-plugin", NAME);
        docker = client;
        assertThat(docker.run("import", tar.toString(), "busybox:it").err()).isEmpty();
    }

    @AfterAll
    static void stop() throws IOException {
        if (daemon != null) {
            daemon.close();
        }
        if (plugin != null) {
            stopPlugin();
            Files.deleteIfExists(socket());
        }
    }

    private static Path socket() {
        return SOCKETS.resolve(NAME + ".sock");
    }

    private static void startPlugin() throws IOException {
        try (InputStream program =
                Objects.requireNonNull(AuthorizationTest.class.getResourceAsStream("/authz-plugin.py"))) {
            Files.write(dir.resolve("plugin.py"), program.readAllBytes());
        }
        plugin = new ProcessBuilder("python3", dir.resolve("plugin.py").toString(), socket().toString(), dir.toString())
                .inheritIO()
                .start();
        Waiting.until(LIMIT, () -> "the plugin does not listen", () -> Files.exists(socket()));
    }

    private static void stopPlugin() {
        try {
            plugin.destroyForcibly().waitFor(30, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @BeforeEach
    void allowAll() throws IOException {
        rules();
        Files.deleteIfExists(dir.resolve("calls"));
    }

    @AfterEach
    void nothingIsLeft() throws IOException {
        rules();
        for (String id : docker.run("ps", "-aq").out().lines().toList()) {
            docker.run("rm", "-f", id);
        }
    }

    private static void rules(String... rules) throws IOException {
        Files.writeString(dir.resolve("rules"), "[" + String.join(",", rules) + "]");
    }

    private static List<String> calls() throws IOException {
        return Files.readAllLines(dir.resolve("calls"));
    }

    private static String out(String... arguments) throws IOException {
        Docker.Result r = docker.run(arguments);
        assertThat(r.err()).as(String.join(" ", arguments)).isEmpty();
        assertThat(r.code()).isZero();
        return r.out().strip();
    }

    private static String refusal(String... arguments) throws IOException {
        Docker.Result r = docker.run(arguments);
        assertThat(r.code()).as(r.out()).isNotZero();
        return r.err();
    }

    /// What comes back for exactly these bytes, to the end of the connection.
    private static String raw(String request) throws IOException {
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            channel.connect(UnixDomainSocketAddress.of(dir.resolve("s")));
            ByteBuffer bytes = ByteBuffer.wrap(request.getBytes(StandardCharsets.ISO_8859_1));
            try {
                while (bytes.hasRemaining()) {
                    channel.write(bytes);
                }
            } catch (IOException answered) {
                // It has heard enough: what it says counts.
                assertThat(bytes.hasRemaining()).isTrue();
            }
            return new String(Channels.newInputStream(channel).readAllBytes(), StandardCharsets.ISO_8859_1);
        }
    }

    private static String post(String path, String headers, String body) {
        return "POST " + path + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n" + headers + "\r\n" + body;
    }

    private static String length(String body) {
        return "Content-Length: " + body.length() + "\r\n";
    }

    @Test
    void bothPhasesSeeWhatIsAskedAndAnswered() throws IOException {
        String id = out("create", "--network", "none", "--name", "shown", "busybox:it", "true");
        assertThat(calls())
                .anyMatch(c -> c.contains("\"phase\": \"Req\"")
                        && c.contains("/containers/create?name=shown")
                        && c.contains("busybox:it"))
                .anyMatch(c -> c.contains("\"phase\": \"Res\"") && c.contains("\"status\": 201") && c.contains(id));
        assertThat(out("run", "--rm", "--network", "none", "busybox:it", "echo", "streams pass"))
                .isEqualTo("streams pass");
        assertThat(calls()).anyMatch(c -> c.contains("/attach") && c.contains("\"status\": 101"));
    }

    @Test
    void whatIsDeniedIsNotDone() throws IOException {
        rules(NO_EVIL.replace("v1[.]50", "v1[.][0-9]+"));
        assertThat(refusal("create", "--network", "none", "busybox:it", "evil"))
                .contains("authorization denied by plugin " + NAME + ": no evil");
        assertThat(out("ps", "-aq")).isEmpty();
        out("create", "--network", "none", "busybox:it", "good");
    }

    /// CVE-2024-41110, and its first form of 2018: a body that the daemon acts on and the plugin is not shown.
    @Test
    void cve202441110ABodyBehindContentLengthZeroIsNoPartOfTheRequest() throws IOException {
        rules(NO_EVIL);
        String answer =
                raw(post("/v1.50/containers/create", "Content-Type: application/json\r\nContent-Length: 0\r\n", EVIL));
        assertThat(answer).startsWith("HTTP/1.1 400 ");
        assertThat(out("ps", "-aq")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "Content-Type: text/plain\r\n",
                "Content-Type: application/x-tar\r\n",
                "Content-Type: text/plain\r\nContent-Type: application/json\r\n"
            })
    void aDocumentThatIsNotCalledOneIsNotReadAsOne(String type) throws IOException {
        rules(NO_EVIL);
        assertThat(raw(post("/v1.50/containers/create", type + length(EVIL), EVIL)))
                .startsWith("HTTP/1.1 4")
                .contains("application/json");
        assertThat(out("ps", "-aq")).isEmpty();
    }

    private static final String CHUNKED =
            "Content-Type: application/json; charset=utf-8\r\nTransfer-Encoding: chunked\r\n";
    private static final String EVIL_CHUNKS = Integer.toHexString(EVIL.length()) + "\r\n" + EVIL + "\r\n0\r\n\r\n";

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/v1.50/containers/create",
                "/v1.50/containers/%63reate",
                "/v1.50/containers%2Fcreate",
                "/%76%31.50/containers/create?name=x"
            })
    void aPathIsShownInOneSpelling(String path) throws IOException {
        rules(NO_EVIL);
        assertThat(raw(post(path, CHUNKED, EVIL_CHUNKS)))
                .startsWith("HTTP/1.1 403 ")
                .contains("no evil");
        assertThat(out("ps", "-aq")).isEmpty();
    }

    /// Nor is there a second one that the rule does not know.
    @ParameterizedTest
    @ValueSource(
            strings = {
                "//v1.50/containers/create",
                "/v1.50//containers/create",
                "/v1.50/./containers/create",
                "/v1.50/containers/create/",
                "/v1.50/containers/create#x",
                "/v1.50/containers/create?name=x;y=z",
                "/v1.050/containers/create",
                "/v01.50/containers/create"
            })
    void anotherSpellingIsRefused(String path) throws IOException {
        rules(NO_EVIL);
        assertThat(raw(post(path, CHUNKED, EVIL_CHUNKS))).containsPattern("^HTTP/1.1 40[04] ");
        assertThat(out("ps", "-aq")).isEmpty();
    }

    @Test
    void aBodyThatIsTooLargeToShowIsRefused() throws IOException {
        String large = EVIL.replace("evil", "x".repeat(1024 * 1024));
        assertThat(raw(post("/v1.50/containers/create", "Content-Type: application/json\r\n" + length(large), large)))
                .startsWith("HTTP/1.1 403 ")
                .contains("which authorization plugins cannot be shown");
        assertThat(out("ps", "-aq")).isEmpty();
    }

    @Test
    void anAnswerThatIsDeniedDoesNotLeave() throws IOException {
        rules(
                "{\"phase\":\"Res\",\"uri\":\"/images/json\",\"body\":\"busybox\",\"do\":\"deny\",\"msg\":\"a secret\"}",
                "{\"phase\":\"Res\",\"uri\":\"/events\",\"do\":\"deny\",\"msg\":\"no streams\"}",
                "{\"phase\":\"Res\",\"uri\":\"/attach\",\"do\":\"deny\",\"msg\":\"no terminals\"}");
        assertThat(refusal("images")).contains("authorization denied by plugin " + NAME + ": a secret");
        assertThat(refusal("events")).contains("no streams");
        out("run", "-d", "--name", "web", "--network", "none", "busybox:it", "sleep", "1000");
        assertThat(refusal("attach", "web")).contains("received 403");
        assertThat(out("exec", "web", "echo", "others pass")).isEqualTo("others pass");
    }

    @Test
    void whatIsDeniedBeforeItsFirstByteDoesNotBegin() throws IOException {
        out("run", "-d", "--name", "web", "--network", "none", "busybox:it", "sleep", "1000");
        Path archive = dir.resolve("load.tar");
        out("tag", "busybox:it", "busybox:load");
        out("save", "-o", archive.toString(), "busybox:load");
        out("rmi", "busybox:load");
        rules(
                "{\"phase\":\"Res\",\"uri\":\"/exec/[^/]*/start\",\"do\":\"deny\",\"msg\":\"no processes\"}",
                "{\"phase\":\"Res\",\"uri\":\"/images/load\",\"do\":\"deny\",\"msg\":\"no archives\"}");
        assertThat(refusal("exec", "web", "touch", "/ran")).contains("received 403");
        assertThat(refusal("load", "-i", archive.toString())).contains("no archives");
        rules();
        assertThat(out("exec", "web", "ls", "/")).contains("bin").doesNotContain("ran");
        assertThat(out("images", "--format", "{{.Tag}}")).doesNotContain("load");
    }

    @Test
    void aPluginThatFailsLetsNothingPassAndOneThatIsAwayIsWaitedFor() throws Exception {
        for (String fault : List.of("error", "nonsense")) {
            rules("{\"phase\":\"Req\",\"uri\":\"/containers/create\",\"do\":\"" + fault
                    + "\",\"msg\":\"out of order\"}");
            assertThat(refusal("create", "--network", "none", "busybox:it", "true"))
                    .contains("plugin " + NAME + " failed with error");
        }
        rules("{\"phase\":\"Req\",\"uri\":\"/containers/create\",\"do\":\"hang\"}");
        Process hanging = docker.start("create", "--network", "none", "busybox:it", "true");
        Waiting.until(LIMIT, () -> "not asked", () -> {
            try {
                return calls().stream()
                                .filter(c -> c.contains("/containers/create"))
                                .count()
                        > 2;
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        });
        assertThat(out("ps", "-aq")).as("others are answered").isEmpty();
        stopPlugin();
        assertThat(hanging.waitFor()).isEqualTo(1);
        rules();
        Process waiting = docker.start("version", "--format", "{{.Server.Version}}");
        startPlugin();
        assertThat(waiting.waitFor()).isZero();
        assertThat(out("ps", "-aq")).isEmpty();
    }

    @Test
    void aDaemonWithoutItsPluginDoesNotStart() throws IOException {
        assertThatThrownBy(() -> DaemonProcess.startWith(
                        Files.createDirectories(dir.resolve("other")),
                        "--authorization-plugin",
                        "nobody-has-this-name"))
                .hasMessageContaining("error looking up authorization plugin nobody-has-this-name");
    }
}
