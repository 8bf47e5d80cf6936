package dev.gantry.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.gantry.base.InvalidArgument;
import dev.gantry.base.PemFiles;
import dev.gantry.docker.ApiRequest;
import dev.gantry.docker.ApiResponse;
import dev.gantry.docker.Caller;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Clock;
import java.util.Map;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The server over TLS, with certificates of openssl.
@Timeout(60)
class TlsTest {
    private static final int LARGE = 8 << 20;

    @TempDir
    static Path dir;

    private static TestCertificates made;
    private static HttpServer server;
    private static int verifying;
    private static int open;

    @BeforeAll
    static void start() throws IOException {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/openssl")), "no openssl");
        made = new TestCertificates(dir)
                .authority("ours")
                .authority("theirs")
                .signed("ours", "server", "serverAuth")
                .signed("ours", "alice", "clientAuth")
                .signed("theirs", "mallory", "clientAuth");
        server = new HttpServer(TlsTest::answer, Map.of(), Clock.systemUTC());
        var loopback = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        verifying = server.listen(loopback, Tls.of(files(true)));
        open = server.listen(loopback, Tls.of(files(false)));
    }

    @AfterAll
    static void stop() {
        if (server != null) {
            server.close();
        }
    }

    private static Tls.Files files(boolean verify) {
        return new Tls.Files(made.cert("ours"), made.cert("server"), made.key("server"), verify);
    }

    private static ApiResponse answer(ApiRequest request) {
        return switch (request.path()) {
            case "/who" ->
                ApiResponse.text(
                        200,
                        switch (request.caller()) {
                            case Caller.Certified c ->
                                c.name() + " of " + c.chain().size();
                            case Caller c -> c.toString();
                        });
            case "/cat" ->
                new ApiResponse.Hijack(ApiResponse.RAW_STREAM, c -> {
                    byte[] all = c.input().readAllBytes();
                    c.output().write(all);
                    c.closeOutput();
                });
            default -> new ApiResponse.Stream("text/plain", out -> out.write(new byte[LARGE]));
        };
    }

    private static SSLSocket connect(int port, KeyManager[] keys) throws IOException {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(keys, PemFiles.trust(made.cert("ours")), null);
            SSLSocket socket =
                    (SSLSocket) context.getSocketFactory().createSocket(InetAddress.getLoopbackAddress(), port);
            var parameters = socket.getSSLParameters();
            parameters.setEndpointIdentificationAlgorithm("HTTPS");
            socket.setSSLParameters(parameters);
            return socket;
        } catch (GeneralSecurityException e) {
            throw new IOException(e);
        }
    }

    private static KeyManager[] keys(String name) throws IOException {
        try {
            return PemFiles.identity(made.cert(name), made.key(name));
        } catch (GeneralSecurityException e) {
            throw new IOException(e);
        }
    }

    private static String get(Socket socket, String path) throws IOException {
        OutputStream out = socket.getOutputStream();
        out.write(
                ("GET " + path + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").getBytes(StandardCharsets.UTF_8));
        out.flush();
        return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
    }

    @Test
    void theNameOfACertificateIsTheCaller() throws IOException {
        try (SSLSocket socket = connect(verifying, keys("alice"))) {
            assertThat(get(socket, "/who")).startsWith("HTTP/1.1 200 OK").endsWith("alice of 1");
        }
    }

    @Test
    void withoutACertificateOfOursNobodyComesIn() throws IOException {
        for (KeyManager[] keys : new KeyManager[][] {{}, keys("mallory")}) {
            try (SSLSocket socket = connect(verifying, keys)) {
                assertThatThrownBy(() -> get(socket, "/who")).isInstanceOf(IOException.class);
            }
        }
    }

    @Test
    void withoutVerificationAnybodyComesInAndIsNobody() throws IOException {
        try (SSLSocket socket = connect(open, new KeyManager[0])) {
            assertThat(get(socket, "/who")).endsWith("Anybody[address=127.0.0.1]");
        }
    }

    @Test
    void plainWordsAreAnsweredInPlainWords() throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), verifying)) {
            assertThat(get(socket, "/who"))
                    .startsWith("HTTP/1.0 400 ")
                    .contains("Client sent an HTTP request to an HTTPS server.");
        }
    }

    @Test
    void whatIsLargeComesWhole() throws IOException {
        try (SSLSocket socket = connect(verifying, keys("alice"))) {
            assertThat(get(socket, "/large").length()).isGreaterThan(LARGE);
        }
    }

    @Test
    void theEndOfAnInputIsNotTheEndOfTheOutput() throws IOException {
        try (SSLSocket socket = connect(verifying, keys("alice"))) {
            OutputStream out = socket.getOutputStream();
            out.write("POST /cat HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\nhello"
                    .getBytes(StandardCharsets.UTF_8));
            out.flush();
            socket.shutdownOutput();
            assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                    .startsWith("HTTP/1.1 101 UPGRADED")
                    .endsWith("\r\n\r\nhello");
        }
    }

    @Test
    void olderFormsOfKeysAreRead() throws Exception {
        made.openssl("ec", "-in", "alice.key", "-out", "sec1.key");
        assertThat(Files.readString(made.key("sec1"))).contains("BEGIN EC PRIVATE KEY");
        assertThat(PemFiles.identity(made.cert("alice"), made.key("sec1"))).hasSize(1);
        made.openssl(
                "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=r", "-keyout", "r.key", "-out", "r.pem");
        made.openssl("rsa", "-traditional", "-in", "r.key", "-out", "pkcs1.key");
        assertThat(Files.readString(made.key("pkcs1"))).contains("BEGIN RSA PRIVATE KEY");
        assertThat(PemFiles.identity(made.cert("r"), made.key("pkcs1"))).hasSize(1);
        Files.writeString(made.key("broken"), "-----BEGIN EC PRIVATE KEY-----\nMA==\n-----END EC PRIVATE KEY-----\n");
        assertThatThrownBy(() -> PemFiles.identity(made.cert("alice"), made.key("broken")))
                .isInstanceOf(GeneralSecurityException.class);
    }

    @Test
    void filesThatAreNotThereAreNamed() {
        var files = new Tls.Files(dir.resolve("no-ca"), dir.resolve("no-cert"), dir.resolve("no-key"), true);
        assertThatThrownBy(() -> Tls.of(files))
                .isInstanceOf(InvalidArgument.class)
                .hasMessageContaining("no-")
                .hasMessageContaining("--tlscert");
    }
}
