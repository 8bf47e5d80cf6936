package dev.gantry.it;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.gantry.api.client.EngineClient;
import dev.gantry.api.client.Request;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What has no end, or is larger than anything of its kind, is refused with a sentence by a daemon that has little
/// memory and goes on.
@Tag("kernel")
@Timeout(180)
class BoundsTest {
    private static final int MIB = 1 << 20;

    /// All that read a document.
    private static final List<String> DOCUMENTS = List.of(
            "POST /containers/create",
            "POST /containers/box/update",
            "POST /containers/box/ports",
            "POST /containers/box/exec",
            "POST /commit?container=box",
            "POST /auth",
            "POST /volumes/create",
            "POST /networks/create",
            "POST /networks/net/connect",
            "POST /networks/net/disconnect",
            "POST /plugins/pull?remote=registry.invalid/p",
            "POST /plugins/p/set");

    /// All that read an archive.
    private static final List<String> ARCHIVES = List.of(
            "PUT /containers/box/archive?path=/tmp",
            "POST /images/load",
            "POST /images/create?fromSrc=-&repo=bounds",
            "POST /plugins/create?name=bounds");

    @TempDir
    static Path dir;

    private static DaemonProcess daemon;

    @BeforeAll
    static void start() throws IOException {
        assumeTrue("root".equals(System.getProperty("user.name")), "the daemon needs root");
        daemon = DaemonProcess.startToldApart(dir, List.of("JAVA_TOOL_OPTIONS=-Xmx96m"));
        Path tar = Rootfs.tarball(Rootfs.busybox(dir.resolve("rootfs")), dir.resolve("rootfs.tar"));
        try (EngineClient client = daemon.client();
                var in = Files.newInputStream(tar)) {
            client.raw(Request.post("/images/create").with("fromSrc", "-").with("repo", "busybox").stream(
                    in, "application/x-tar"));
            client.raw(Request.post("/networks/create").json("{\"Name\":\"net\",\"Internal\":true}"));
            client.raw(Request.post("/containers/create")
                    .with("name", "box")
                    .json("{\"Image\":\"busybox\",\"Cmd\":[\"sleep\",\"100000\"],\"StopSignal\":\"SIGKILL\","
                            + "\"HostConfig\":{\"NetworkMode\":\"none\"}}"));
            client.startContainer("box");
        }
    }

    @AfterAll
    static void stop() throws IOException {
        if (daemon != null) {
            try (EngineClient client = daemon.client()) {
                client.removeContainer("box", true, false, false);
                client.raw(Request.post("/networks/prune"));
            }
            daemon.close();
        }
    }

    @AfterEach
    void itGoesOn() throws IOException {
        try (EngineClient client = daemon.client()) {
            assertThat(client.raw(Request.get("/_ping"))).contains("OK");
            assertThat(client.raw(Request.get("/containers/json"))).contains("/box");
        }
        assertThat(daemon.log()).doesNotContain("OutOfMemory", "StackOverflow", " ERROR ");
    }

    static Stream<String> documents() {
        return DOCUMENTS.stream();
    }

    static Stream<String> archives() {
        return ARCHIVES.stream();
    }

    static Stream<String> all() {
        return Stream.concat(DOCUMENTS.stream(), ARCHIVES.stream());
    }

    @ParameterizedTest
    @MethodSource("documents")
    void aDocumentThatIsTooLongIsRefused(String route) throws IOException {
        byte[] body = ("{\"Name\":\"" + "x".repeat(9 * MIB) + "\"}").getBytes(ISO_8859_1);
        assertRefused(ask(head(route, "Content-Length: " + body.length), body, 1), "it is longer than 8 MiB");
    }

    @ParameterizedTest
    @MethodSource("documents")
    void aDocumentWithoutAnEndIsRefused(String route) throws IOException {
        byte[] chunk = ("10000\r\n" + " ".repeat(0x10000) + "\r\n").getBytes(ISO_8859_1);
        assertRefused(ask(head(route, "Transfer-Encoding: chunked"), chunk, 2000), "it is longer than 8 MiB");
    }

    @ParameterizedTest
    @MethodSource("documents")
    void aDocumentThatIsTooDeepIsRefused(String route) throws IOException {
        boolean list = route.endsWith("/set") || route.contains("/pull");
        byte[] body = ((list ? "[" : "{\"x\":").repeat(100_000)).getBytes(ISO_8859_1);
        assertRefused(
                ask(head(route, "Content-Length: " + body.length), body, 1), "it is nested deeper than 128 levels");
    }

    @ParameterizedTest
    @MethodSource("documents")
    void aDocumentWithTooManyValuesIsRefused(String route) throws IOException {
        byte[] body = ("{\"Env\":[\"a\"" + ",\"a\"".repeat(2_000_000) + "]}").getBytes(ISO_8859_1);
        assertRefused(ask(head(route, "Content-Length: " + body.length), body, 1), "more than 250000 values");
    }

    @ParameterizedTest
    @MethodSource("all")
    void aHeadThatIsTooLongIsRefused(String route) throws IOException {
        byte[] nothing = {};
        assertRefused(ask(head(route, "X-Long: " + "x".repeat(MIB)), nothing, 1), "");
        assertRefused(ask(head(route, "X-A: b\r\n".repeat(100_000) + "X-C: d"), nothing, 1), "");
        String query = route + (route.contains("?") ? "&" : "?") + "filters=" + "x".repeat(MIB);
        assertRefused(ask(head(query, "Content-Length: 0"), nothing, 1), "");
    }

    @ParameterizedTest
    @ValueSource(strings = {"9223372036854775808", "-1", "1e9", "0x10", "1, 2"})
    void aLengthThatIsNoneIsRefused(String length) throws IOException {
        for (String route : all().toList()) {
            assertRefused(ask(head(route, "Content-Length: " + length), new byte[] {'{'}, 1), "");
        }
    }

    /// The head of an entry says that its name, or its further attributes, are a gigabyte.
    @ParameterizedTest
    @MethodSource("archives")
    void anArchiveWithAnEntryWhoseHeadHasNoEndIsRefused(String route) throws IOException {
        for (char type : new char[] {'L', 'K', 'x', 'g'}) {
            byte[] entry = RawRequest.entry(type, "././@LongLink", "", 1L << 30);
            ByteArrayOutputStream first = new ByteArrayOutputStream();
            first.writeBytes(head(route, "Transfer-Encoding: chunked"));
            first.writeBytes("200\r\n".getBytes(ISO_8859_1));
            first.writeBytes(entry);
            first.writeBytes("\r\n".getBytes(ISO_8859_1));
            byte[] chunk = ("10000\r\n" + "1".repeat(0x10000) + "\r\n").getBytes(ISO_8859_1);
            // Who keeps what comes before reading it wants its end.
            String answer =
                    RawRequest.ask(dir.resolve("s"), first.toByteArray(), chunk, 100, "0\r\n\r\n".getBytes(ISO_8859_1));
            if (answer.startsWith("HTTP/1.1 200 ")) {
                assertThat(answer).contains("\"errorDetail\":{\"message\":").contains("more than 1048576");
            } else {
                assertRefused(answer, "");
            }
        }
    }

    private static byte[] head(String route, String headers) {
        return RawRequest.head(route, ARCHIVES.contains(route) ? "application/x-tar" : "application/json", headers);
    }

    private static String ask(byte[] head, byte[] body, int times) throws IOException {
        return RawRequest.ask(dir.resolve("s"), head, body, times, new byte[0]);
    }

    private static void assertRefused(String answer, String why) {
        assertThat(answer)
                .matches("(?s)HTTP/1\\.1 4\\d\\d .*\\{\"message\":\"..+\"}\\s*")
                .contains(why);
    }
}
