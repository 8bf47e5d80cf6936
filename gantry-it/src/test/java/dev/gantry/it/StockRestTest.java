package dev.gantry.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.api.client.EngineClient;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// What fewer clients ask for: web sockets, events of images, platforms, archives of the web, conditions of waits.
@Tag("kernel")
@Timeout(180)
class StockRestTest {
    @TempDir
    static Path dir;

    private static StockDaemon stock;

    @BeforeAll
    static void start() throws IOException {
        stock = StockDaemon.start(dir);
    }

    @AfterAll
    static void stop() {
        if (stock != null) {
            stock.close();
        }
    }

    @AfterEach
    void removeAll() throws IOException {
        stock.removeAll();
    }

    /// What the engine answers to a request of its own.
    private static String ask(String method, String path) throws IOException {
        return stock.onHost(
                "curl", "-s", "-X", method, "--unix-socket", dir.resolve("s").toString(), "http://d" + path);
    }

    private static List<String> imageEvents(Instant since) throws IOException {
        return stock.out(
                        "events",
                        "--since",
                        Long.toString(since.getEpochSecond()),
                        "--until",
                        Long.toString(Instant.now().getEpochSecond() + 1), // the client cuts off fractions
                        "--filter",
                        "type=image",
                        "--format",
                        "{{.Action}} {{.Actor.ID}} {{.Actor.Attributes.name}} {{.Actor.Attributes.colour}}")
                .lines()
                .toList();
    }

    @Test
    void whatHappensToImagesIsToldWithTheirLabels() throws IOException {
        Instant begin = Instant.now();
        Path tar = dir.resolve("rootfs.tar");
        String id = stock.out("import", "-c", "LABEL colour=blue", tar.toString(), "told:1");
        stock.out("tag", "told:1", "told:2");
        stock.out("save", "-o", dir.resolve("told.tar").toString(), "told:1", "told:2");
        stock.out("rmi", "told:2");
        stock.out("rmi", "told:1");
        stock.out("load", "-i", dir.resolve("told.tar").toString());
        assertThat(imageEvents(begin))
                .containsSubsequence(
                        "tag " + id + " told:1 blue",
                        "import " + id + " " + id + " blue",
                        "tag " + id + " told:2 blue",
                        "save " + id + " " + id + " blue",
                        "untag " + id + " " + id + " <no value>",
                        "untag " + id + " " + id + " <no value>",
                        "delete " + id + " " + id + " <no value>",
                        "load " + id + " " + id + " blue");
    }

    @Test
    void aPlatformThatAnImageDoesNotHaveIsRefusedAndTheOneItHasIsTaken() throws IOException {
        String other = "linux/riscv64";
        for (String[] command : new String[][] {
            {"image", "inspect", "--platform", other, "busybox:it"},
            {"history", "--platform", other, "busybox:it"},
            {"rmi", "--platform", other, "busybox:it"},
            {"save", "--platform", other, "-o", dir.resolve("none.tar").toString(), "busybox:it"}
        }) {
            assertThat(stock.refusal(command)).contains("does not provide the specified platform");
        }
        String ours = stock.out("image", "inspect", "-f", "{{.Os}}/{{.Architecture}}", "busybox:it");
        Path tar = dir.resolve("one.tar");
        stock.out("save", "--platform", ours, "-o", tar.toString(), "busybox:it");
        assertThat(stock.refusal("load", "--platform", other, "-i", tar.toString()))
                .contains("does not provide the specified platform");
        assertThat(stock.out("load", "--platform", ours, "-i", tar.toString())).contains("Loaded image: busybox:it");
        assertThat(stock.out("history", "--platform", ours, "busybox:it")).contains("Imported from");
        stock.out("tag", "busybox:it", "other:it");
        assertThat(stock.refusal("rmi", "--platform", ours, "--platform", other, "other:it"))
                .contains("multiple platforms are not supported");
        assertThat(stock.out("rmi", "--platform", ours, "other:it")).isEqualTo("Untagged: other:it");
        assertThat(ask("GET", "/v1.50/images/busybox:it/json?manifests=1"))
                .contains("\"Manifests\":[{\"ID\":\"sha256:", "\"Kind\":\"image\"", "\"Available\":true");
        assertThat(ask("GET", "/v1.50/images/json?manifests=1")).contains("\"Manifests\":[");
        assertThat(ask("GET", "/v1.50/images/json")).doesNotContain("Manifests");
    }

    @Test
    void anArchiveOfTheWebIsImported() throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(stock.daemon().inside());
        command.addAll(List.of("busybox", "httpd", "-f", "-p", "127.0.0.1:5198", "-h", dir.toString()));
        Process server = new ProcessBuilder(command).inheritIO().start();
        try {
            String address = "http://127.0.0.1:5198/rootfs.tar";
            Waiting.until(Duration.ofSeconds(60), () -> "the server does not listen", () -> {
                try {
                    return stock.onHost("busybox", "wget", "-q", "-O", "/dev/null", address)
                            .isEmpty();
                } catch (IOException e) {
                    return false;
                }
            });
            assertThat(stock.out("import", address, "web:1")).contains("sha256:");
            assertThat(stock.out("image", "inspect", "-f", "{{.Comment}}", "web:1"))
                    .isEqualTo("Imported from " + address);
            assertThat(stock.out("run", "--rm", "--network", "none", "web:1", "echo", "it runs"))
                    .isEqualTo("it runs");
            assertThat(stock.refusal("import", "http://127.0.0.1:5198/nosuch", "web:2"))
                    .contains("with status 404");
            assertThat(stock.refusal("import", "http://127.0.0.1:1/x", "web:2"))
                    .contains("import http://127.0.0.1:1/x");
            assertThat(ask("POST", "/v1.50/images/create?fromSrc=file:///etc/passwd"))
                    .contains("only http and https are fetched");
        } finally {
            server.destroyForcibly().waitFor();
        }
    }

    @Test
    void checkpointsAreRefusedAsByADaemonThatIsNotExperimental() throws IOException {
        String id = stock.out("create", "--network", "none", "busybox:it", "true");
        for (String[] asked : new String[][] {
            {"GET", "/v1.50/containers/" + id + "/checkpoints"},
            {"POST", "/v1.50/containers/" + id + "/checkpoints"},
            {"DELETE", "/v1.50/containers/" + id + "/checkpoints/c1"}
        }) {
            assertThat(ask(asked[0], asked[1])).contains("This experimental feature is disabled by default.");
        }
        assertThat(ask("POST", "/v1.50/containers/" + id + "/start?checkpoint=c1"))
                .contains("checkpoint is only supported in experimental mode");
    }

    @Test
    void aBrowserAttachesOverAWebSocket() throws IOException {
        String id = stock.out(
                "run",
                "-di",
                "--network",
                "none",
                "busybox:it",
                "sh",
                "-c",
                "read a; echo got $a; echo bad >&2; read b");
        try (SocketChannel socket = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            socket.connect(UnixDomainSocketAddress.of(dir.resolve("s")));
            OutputStream out = Channels.newOutputStream(socket);
            InputStream in = Channels.newInputStream(socket);
            out.write(("GET /v1.50/containers/" + id + "/attach/ws?stream=1&stdin=1&stdout=1&stderr=1 HTTP/1.1\r\n"
                            + "Host: d\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                            + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n")
                    .getBytes(StandardCharsets.US_ASCII));
            assertThat(head(in))
                    .startsWith("HTTP/1.1 101 Switching Protocols\r\n")
                    .contains("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
            out.write(masked("hello\n"));
            StringBuilder got = new StringBuilder();
            while (!got.toString().contains("bad\n")) {
                got.append(message(in));
            }
            assertThat(got.toString()).contains("got hello\n");
            out.write(masked("end\n"));
            assertThat(message(in)).as("the end of the container closes").isEqualTo("close 1000");
        }
    }

    /// It only looks on; that it is there it asks all the same.
    @Test
    void aBrowserThatOnlyLooksOnIsAnsweredAndMayLeave() throws IOException {
        String id = stock.out("run", "-d", "--network", "none", "busybox:it", "sleep", "1000");
        try (SocketChannel socket = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            socket.connect(UnixDomainSocketAddress.of(dir.resolve("s")));
            OutputStream out = Channels.newOutputStream(socket);
            InputStream in = Channels.newInputStream(socket);
            out.write(("GET /v1.50/containers/" + id + "/attach/ws?stream=1&stdout=1 HTTP/1.1\r\n"
                            + "Host: d\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                            + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n")
                    .getBytes(StandardCharsets.US_ASCII));
            assertThat(head(in)).startsWith("HTTP/1.1 101 ");
            out.write(masked(0x82, "nobody wants this"));
            out.write(masked(0x89, "there?"));
            assertThat(message(in)).isEqualTo("there?");
            out.write(masked(0x88, "\003\350"));
            assertThat(message(in)).isEqualTo("close 1000");
            assertThat(in.read()).as("the end of the connection").isEqualTo(-1);
        }
        assertThat(stock.out("inspect", "-f", "{{.State.Running}}", id)).isEqualTo("true");
    }

    private static byte[] masked(String text) {
        return masked(0x82, text);
    }

    private static byte[] masked(int first, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
        byte[] frame = new byte[6 + bytes.length];
        frame[0] = (byte) first;
        frame[1] = (byte) (0x80 | bytes.length);
        byte[] mask = {1, 2, 3, 4};
        System.arraycopy(mask, 0, frame, 2, 4);
        for (int i = 0; i < bytes.length; i++) {
            frame[6 + i] = (byte) (bytes[i] ^ mask[i & 3]);
        }
        return frame;
    }

    /// A short frame of the engine.
    private static String message(InputStream in) throws IOException {
        int opcode = in.read() & 0x0f;
        byte[] body = in.readNBytes(in.read());
        return opcode == 8
                ? "close " + ((body[0] & 0xff) << 8 | body[1] & 0xff)
                : new String(body, StandardCharsets.US_ASCII);
    }

    private static String head(InputStream in) throws IOException {
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        while (!head.toString(StandardCharsets.US_ASCII).endsWith("\r\n\r\n")) {
            int b = in.read();
            if (b < 0) {
                break;
            }
            head.write(b);
        }
        return head.toString(StandardCharsets.US_ASCII);
    }

    @Test
    void aWaitEndsWhenWhatItWaitsForIsTrue() throws IOException {
        String id = stock.out("create", "--network", "none", "busybox:it", "sh", "-c", "exit 3");
        assertThat(ask("POST", "/v1.50/containers/" + id + "/wait?condition=not-running"))
                .as("it does not run")
                .isEqualTo("{\"StatusCode\":0}");
        assertThat(ask("POST", "/v1.50/containers/" + id + "/wait?condition=nonsense"))
                .contains("invalid condition: \\\"nonsense\\\"");
        try (EngineClient one = stock.daemon().client();
                EngineClient other = stock.daemon().client();
                // Both are begun when the heads of the answers are there.
                EngineClient.Waiting next = one.waitContainer(id, "next-exit");
                EngineClient.Waiting removed = other.waitContainer(id, "removed")) {
            stock.out("start", id);
            assertThat(next.await().statusCode()).isEqualTo(3);
            assertThat(ask("POST", "/v1.50/containers/" + id + "/wait?condition=not-running"))
                    .as("it has run")
                    .isEqualTo("{\"StatusCode\":3}");
            stock.out("rm", id);
            assertThat(removed.await().statusCode()).isEqualTo(3);
        }
    }
}
