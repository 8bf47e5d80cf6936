package dev.gantry.docker.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gantry.base.NotFound;
import dev.gantry.docker.route.DockerError;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class RemoteArchiveTest {
    /// Answers each request with these bytes, and says no more.
    private static ServerSocket server(String answer) throws IOException {
        var server = new ServerSocket(0, 8, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().start(() -> {
            List<Socket> kept = new ArrayList<>(); // a socket that nobody has any more is closed
            try {
                while (true) {
                    Socket client = server.accept();
                    kept.add(client);
                    client.getInputStream().read();
                    client.getOutputStream().write(answer.getBytes(StandardCharsets.US_ASCII));
                }
            } catch (IOException _) {
                // closed
            }
        });
        return server;
    }

    private static String address(ServerSocket server) {
        return "http://me:secret@127.0.0.1:" + server.getLocalPort() + "/a@b.tar";
    }

    @Test
    void aServerThatFallsSilentIsNotWaitedForForEver() throws IOException {
        try (ServerSocket server = server("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nx");
                RemoteArchive archive = RemoteArchive.open(address(server), Duration.ofSeconds(3))) {
            assertThat(archive.address()).hasToString("http://127.0.0.1:" + server.getLocalPort() + "/a@b.tar");
            InputStream body = archive.body(new ProgressLines(OutputStream.nullOutputStream(), true));
            assertThat(body.read()).isEqualTo('x');
            assertThatThrownBy(body::read).isInstanceOf(IOException.class).hasMessage("no byte came for 3 s");
        }
    }

    @Test
    void namesAndPasswordsAreNotShown() throws IOException {
        assertThat(RemoteArchive.shown("me:secret@host/a.tar")).isEqualTo("host/a.tar");
        assertThat(RemoteArchive.shown("https://me@host/a@b")).isEqualTo("https://host/a@b");
        assertThat(RemoteArchive.shown("host/a@b")).isEqualTo("host/a@b");
        assertThat(RemoteArchive.shown("-")).isEqualTo("-");
        try (ServerSocket server = server("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")) {
            assertThatThrownBy(() -> RemoteArchive.open(address(server)))
                    .isInstanceOf(NotFound.class)
                    .hasMessageNotContaining("secret");
        }
        for (String wrong :
                new String[] {"http://me:sec/ret@host/", "ftp://me:sec/ret@host/", "http://me:sec ret@ho st/"}) {
            assertThatThrownBy(() -> RemoteArchive.open(wrong))
                    .as(wrong)
                    .isInstanceOf(DockerError.class)
                    .hasMessageNotContaining("sec");
        }
    }
}
