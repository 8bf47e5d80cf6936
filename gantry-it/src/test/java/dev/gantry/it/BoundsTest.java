package dev.gantry.it;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.gantry.api.client.EngineClient;
import dev.gantry.api.client.Request;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
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
        daemon = DaemonProcess.startTold(dir, List.of("JAVA_TOOL_OPTIONS=-Xmx96m"));
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
            byte[] entry = entry(type, 1L << 30);
            ByteArrayOutputStream first = new ByteArrayOutputStream();
            first.writeBytes(head(route, "Transfer-Encoding: chunked"));
            first.writeBytes("200\r\n".getBytes(ISO_8859_1));
            first.writeBytes(entry);
            first.writeBytes("\r\n".getBytes(ISO_8859_1));
            byte[] chunk = ("10000\r\n" + "1".repeat(0x10000) + "\r\n").getBytes(ISO_8859_1);
            // Who keeps what comes before reading it wants its end.
            String answer = ask(first.toByteArray(), chunk, 100, "0\r\n\r\n".getBytes(ISO_8859_1));
            if (answer.startsWith("HTTP/1.1 200 ")) {
                assertThat(answer).contains("\"errorDetail\":{\"message\":").contains("more than 1048576");
            } else {
                assertRefused(answer, "");
            }
        }
    }

    /// ustar, POSIX.1-2017 pax §"ustar Interchange Format".
    private static byte[] entry(char type, long size) {
        byte[] block = new byte[512];
        put(block, 0, "././@LongLink");
        put(block, 100, "0000644");
        put(block, 108, "0000000");
        put(block, 116, "0000000");
        put(block, 124, "%011o".formatted(size));
        put(block, 136, "00000000000");
        put(block, 148, "        ");
        block[156] = (byte) type;
        put(block, 257, "ustar");
        put(block, 263, "00");
        int sum = 0;
        for (byte b : block) {
            sum += b & 0xff;
        }
        put(block, 148, "%06o".formatted(sum));
        block[154] = 0;
        return block;
    }

    private static void put(byte[] block, int at, String text) {
        System.arraycopy(text.getBytes(ISO_8859_1), 0, block, at, text.length());
    }

    private static byte[] head(String route, String headers) {
        int space = route.indexOf(' ');
        return (route.substring(0, space) + " /v1.50" + route.substring(space + 1)
                        + " HTTP/1.1\r\nHost: d\r\nConnection: close\r\nContent-Type: "
                        + (ARCHIVES.contains(route) ? "application/x-tar" : "application/json") + "\r\n" + headers
                        + "\r\n\r\n")
                .getBytes(ISO_8859_1);
    }

    /// What is answered to who sends the second part so many times, or until nobody listens any more.
    private static String ask(byte[] head, byte[] body, int times) throws IOException {
        return ask(head, body, times, new byte[0]);
    }

    private static String ask(byte[] head, byte[] body, int times, byte[] end) throws IOException {
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            channel.connect(UnixDomainSocketAddress.of(dir.resolve("s")));
            Thread sending = Thread.startVirtualThread(() -> {
                try {
                    write(channel, head);
                    for (int i = 0; i < times; i++) {
                        write(channel, body);
                    }
                    write(channel, end);
                } catch (IOException e) {
                    return; // it has heard enough
                }
            });
            ByteArrayOutputStream said = new ByteArrayOutputStream();
            ByteBuffer block = ByteBuffer.allocate(16 << 10);
            try {
                while (said.size() < MIB && channel.read(block.clear()) >= 0) {
                    said.write(block.array(), 0, block.position());
                }
            } catch (IOException e) {
                assertThat(said.size()).as("broken off: " + e).isPositive();
            }
            channel.close();
            sending.join();
            return said.toString(ISO_8859_1);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void write(SocketChannel channel, byte[] bytes) throws IOException {
        for (ByteBuffer rest = ByteBuffer.wrap(bytes); rest.hasRemaining(); ) {
            channel.write(rest);
        }
    }

    private static void assertRefused(String answer, String why) {
        assertThat(answer)
                .matches("(?s)HTTP/1\\.1 4\\d\\d .*\\{\"message\":\"..+\"}\\s*")
                .contains(why);
    }
}
