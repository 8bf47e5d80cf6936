package dev.gantry.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gantry.docker.ApiResponse;
import dev.gantry.http.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.ArrayDeque;
import java.util.Deque;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class MetricsSocketTest {
    private static Socket asking(int port) throws IOException {
        var socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.getOutputStream().write("GET /metrics HTTP/1.0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        return socket;
    }

    @Test
    void thoseWhoOnlyConnectGetSixtyFourDescriptorsAndNoMore() throws Exception {
        Deque<Socket> silent = new ArrayDeque<>();
        try (HttpServer server = MetricsSocket.server(_ -> ApiResponse.text(200, "page"), Clock.systemUTC())) {
            int port = server.listen(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            for (int i = 0; i < 64; i++) {
                silent.add(new Socket(InetAddress.getLoopbackAddress(), port));
            }
            try (Socket last = asking(port)) {
                last.setSoTimeout(300);
                assertThatThrownBy(() -> last.getInputStream().read()).isInstanceOf(SocketTimeoutException.class);
                last.setSoTimeout(0);
                silent.remove().close();
                assertThat(new String(last.getInputStream().readAllBytes(), StandardCharsets.US_ASCII))
                        .endsWith("page");
            }
        } finally {
            for (Socket socket : silent) {
                socket.close();
            }
        }
    }
}
