package dev.gantry.testcontainers;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class RyukTest {
    @Test
    void eachLineIsAnswered() throws IOException {
        assertThat(answered(new ByteArrayInputStream("label=a\nlabel=b\n".getBytes(US_ASCII))))
                .isEqualTo("ACK\nACK\n");
    }

    /// Without a bound this would never come back.
    @Test
    void aLineWithoutAnEndIsNotRead() throws IOException {
        InputStream endless = new InputStream() {
            @Override
            public int read() {
                return 'x';
            }
        };
        assertThat(answered(endless)).isEmpty();
    }

    private static String answered(InputStream in) throws IOException {
        var out = new ByteArrayOutputStream();
        Ryuk.answerLines(in, out);
        return out.toString(US_ASCII);
    }

    @Test
    void thoseOneTooManyAreSentAway() throws IOException {
        List<Socket> clients = new ArrayList<>();
        try (Ryuk ryuk = Ryuk.listen()) {
            for (int i = 0; i < 32; i++) {
                clients.add(client(ryuk));
                assertThat(ask(clients.getLast())).isEqualTo('A');
            }
            try (Socket more = client(ryuk)) {
                assertThat(more.getInputStream().read()).isEqualTo(-1);
            }
            assertThat(ask(clients.getFirst())).isNotNegative();
        } finally {
            for (Socket client : clients) {
                client.close();
            }
        }
    }

    private static Socket client(Ryuk ryuk) throws IOException {
        return new Socket(InetAddress.getLoopbackAddress(), ryuk.port());
    }

    private static int ask(Socket client) throws IOException {
        client.getOutputStream().write("label=a\n".getBytes(US_ASCII));
        return client.getInputStream().read();
    }
}
