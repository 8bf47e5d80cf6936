package dev.gantry.api.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gantry.base.InvalidArgument;
import dev.gantry.base.Unavailable;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The client against a server that says exactly what a test tells it to.
@Timeout(30)
class HttpClientTest {
    @TempDir
    Path dir;

    private ServerSocketChannel listener;
    private HttpClient client;
    private final List<String> heads = new CopyOnWriteArrayList<>();

    /// What the server does with one connection.
    interface Script {
        void serve(Peer peer) throws IOException;
    }

    final class Peer {
        private final SocketChannel channel;
        private final InputStream in;
        private final OutputStream out;

        Peer(SocketChannel channel) {
            this.channel = channel;
            this.in = Channels.newInputStream(channel);
            this.out = Channels.newOutputStream(channel);
        }

        /// Reads a request's head; empty at the end of the connection.
        String head() throws IOException {
            StringBuilder head = new StringBuilder();
            while (head.indexOf("\r\n\r\n") < 0) {
                int c = in.read();
                if (c < 0) {
                    return "";
                }
                head.append((char) c);
            }
            heads.add(head.toString());
            return head.toString();
        }

        void refuse(String status, String message) throws IOException {
            String body = "{\"message\":\"" + message + "\"}";
            say("HTTP/1.1 " + status + "\r\nContent-Length: " + body.length() + "\r\n\r\n" + body);
        }

        void say(String text) throws IOException {
            out.write(text.getBytes(StandardCharsets.UTF_8));
        }
    }

    private void serve(Script... connections) {
        Thread.ofVirtual().start(() -> {
            for (Script script : connections) {
                try (SocketChannel channel = listener.accept()) {
                    script.serve(new Peer(channel));
                } catch (IOException _) {
                    // The client's side of the test says what went wrong.
                }
            }
        });
    }

    @BeforeEach
    void listen() throws IOException {
        Path socket = dir.resolve("s");
        listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX).bind(UnixDomainSocketAddress.of(socket));
        client = new HttpClient(new SocketDialer(EngineAddress.parse("unix://" + socket)));
    }

    @AfterEach
    void close() throws IOException {
        client.close();
        listener.close();
    }

    @Test
    void twoRequestsShareAConnection() throws IOException {
        serve(peer -> {
            while (!peer.head().isEmpty()) {
                peer.say("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nOK");
            }
        });
        for (int i = 0; i < 2; i++) {
            try (Response response = client.ask(Request.get("/_ping"))) {
                assertThat(response.text()).isEqualTo("OK");
            }
        }
        assertThat(heads).hasSize(2);
    }

    @Test
    void aConnectionClosedWhileIdleIsReplaced() throws IOException {
        Script once = peer -> {
            peer.head();
            peer.say("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nOK");
        };
        serve(once, once);
        for (int i = 0; i < 2; i++) {
            try (Response response =
                    client.ask(Request.post("/containers/create").json("{}"))) {
                assertThat(response.text()).isEqualTo("OK");
            }
        }
    }

    @Test
    void chunksAreJoinedAndTrailersSkipped() throws IOException {
        serve(peer -> {
            peer.head();
            peer.say("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
            peer.say("5;x=y\r\nhello\r\n7\r\n, world\r\n0\r\nTrailer: t\r\n\r\n");
        });
        try (Response response = client.ask(Request.get("/"))) {
            assertThat(response.text()).isEqualTo("hello, world");
        }
    }

    @Test
    void aBodyWithoutALengthEndsWithTheConnection() throws IOException {
        serve(peer -> {
            peer.head();
            peer.say("HTTP/1.1 200 OK\r\n\r\nto the end");
        });
        try (Response response = client.ask(Request.get("/"))) {
            assertThat(response.text()).isEqualTo("to the end");
        }
    }

    @Test
    void aBodyCutShortIsNotTakenForWhole() throws IOException {
        serve(peer -> {
            peer.head();
            peer.say("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf");
        });
        try (Response response = client.ask(Request.get("/"))) {
            assertThatThrownBy(response::text).isInstanceOf(IOException.class).hasMessageContaining("6 bytes before");
        }
    }

    @Test
    void anErrorOfTheEngineKeepsItsStatusAndWords() {
        serve(peer -> {
            peer.head();
            peer.refuse("404 Not Found", "No such container: web-1");
        });
        assertThatThrownBy(() -> client.ask(Request.get("/containers/web-1/json")))
                .isInstanceOfSatisfying(
                        EngineError.class, e -> assertThat(e.status()).isEqualTo(404))
                .hasMessage("No such container: web-1");
    }

    @Test
    void anEngineOutOfReachIsNamed() {
        HttpClient none = new HttpClient(new SocketDialer(EngineAddress.parse("unix://" + dir.resolve("none"))));
        assertThatThrownBy(() -> none.ask(Request.get("/_ping")))
                .isInstanceOf(Unavailable.class)
                .hasMessageContaining(dir.resolve("none").toString());
    }

    @Test
    void aBodyStreamsInChunks() throws IOException {
        ByteArrayOutputStream received = new ByteArrayOutputStream();
        serve(peer -> {
            peer.head();
            HttpConnection.BufferedInput in = new HttpConnection.BufferedInput(peer.in);
            new BodyInput.Chunked(in, () -> {}).transferTo(received);
            peer.say("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
        });
        byte[] body = new byte[300_000];
        new java.util.Random(1).nextBytes(body);
        client.ask(Request.post("/images/load").stream(new ByteArrayInputStream(body), "application/x-tar"))
                .close();
        assertThat(received.toByteArray()).isEqualTo(body);
        assertThat(heads.getFirst()).contains("Transfer-Encoding: chunked\r\n");
    }

    @Test
    void anAnswerGivenBeforeTheBodyWasReadIsHeard() {
        serve(peer -> {
            peer.head();
            peer.refuse("400 Bad Request", "not a tar");
            peer.channel.shutdownInput();
        });
        InputStream endless = new InputStream() {
            @Override
            public int read() {
                return 0;
            }
        };
        assertThatThrownBy(() -> client.ask(Request.post("/images/load").stream(endless, "application/x-tar")))
                .isInstanceOf(EngineError.class)
                .hasMessage("not a tar");
    }

    @Test
    void aTakenConnectionGoesOnAfterItsInputWasClosed() throws IOException {
        serve(peer -> {
            peer.head();
            peer.say("HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\nfirst ");
            byte[] all = peer.in.readAllBytes();
            peer.say("then " + new String(all, StandardCharsets.UTF_8));
        });
        try (Duplex taken = client.hijack(Request.post("/containers/c/attach"))) {
            taken.out().write("input".getBytes(StandardCharsets.UTF_8));
            taken.shutdownOutput();
            assertThat(new String(taken.in().readAllBytes(), StandardCharsets.UTF_8))
                    .isEqualTo("first then input");
        }
    }

    @Test
    void aRefusedTakeoverIsAnError() {
        serve(peer -> {
            peer.head();
            peer.refuse("409 Conflict", "is not running");
        });
        assertThatThrownBy(() -> client.hijack(Request.post("/exec/e/start")))
                .isInstanceOf(EngineError.class)
                .hasMessage("is not running");
    }

    @Test
    void queriesAreEncoded() {
        assertThat(Request.get("/x").with("filters", "{\"a\":[\"b c\"]}").target())
                .isEqualTo("/x?filters=%7B%22a%22%3A%5B%22b%20c%22%5D%7D");
        assertThat(Request.segment("host:5000/a/b@sha256:1")).isEqualTo("host:5000/a/b@sha256:1");
    }

    @Test
    void framesAreToldApart() throws IOException {
        byte[] frames = {1, 0, 0, 0, 0, 0, 0, 2, 'h', 'i', 2, 0, 0, 0, 0, 0, 0, 1, '!', 1, 0, 0, 0, 0, 0, 0, 0};
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        Multiplexed.copy(new ByteArrayInputStream(frames), out, err);
        assertThat(out).hasToString("hi");
        assertThat(err).hasToString("!");
        byte[] failed = {3, 0, 0, 0, 0, 0, 0, 3, 'b', 'a', 'd'};
        assertThatThrownBy(() -> Multiplexed.copy(new ByteArrayInputStream(failed), out, err))
                .isInstanceOf(EngineError.class)
                .hasMessage("bad");
    }

    @Test
    void addressesAreReadAsTheDockerClientReadsThem() {
        assertThat(EngineAddress.parse("unix:///a/b")).isEqualTo(new EngineAddress.Unix("/a/b"));
        assertThat(EngineAddress.parse("tcp://[::1]:99")).isEqualTo(new EngineAddress.Tcp("::1", 99));
        assertThat(EngineAddress.parse("tcp://host")).isEqualTo(new EngineAddress.Tcp("host", 2375));
        for (String bad : new String[] {"unix://rel", "", "tcp://h:0", "tcp://[::1:5", "ftp://x"}) {
            assertThatThrownBy(() -> EngineAddress.parse(bad)).isInstanceOf(InvalidArgument.class);
        }
    }
}
