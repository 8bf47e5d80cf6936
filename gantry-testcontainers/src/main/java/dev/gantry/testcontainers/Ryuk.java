package dev.gantry.testcontainers;

import dev.gantry.base.Internal;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.LockSupport;

/// Speaks Ryuk's protocol: each line names what is to go when the connection ends, and is answered with `ACK`. Nothing
/// follows from it: everything goes with this process.
final class Ryuk implements AutoCloseable {
    private static final int LONGEST_LINE = 64 << 10;
    private static final byte[] YES = "ACK\n".getBytes(StandardCharsets.US_ASCII);

    /// Every user of this host may connect, and Testcontainers does so once.
    private static final int MOST_CLIENTS = 32;

    private static final Duration AFTER_FAILURE = Duration.ofMillis(100);

    private final ServerSocket socket;
    private final Semaphore room = new Semaphore(MOST_CLIENTS);

    private Ryuk(ServerSocket socket) {
        this.socket = socket;
    }

    /// On the loopback interface, where this process is the one that asks.
    static Ryuk listen() {
        try {
            Ryuk ryuk = new Ryuk(new ServerSocket(0, 0, InetAddress.getLoopbackAddress()));
            Thread.ofVirtual().name("ryuk").start(ryuk::accept);
            return ryuk;
        } catch (IOException e) {
            throw new Internal(
                    "answer in the place of Ryuk",
                    "a port of the loopback interface cannot be had: " + e.getMessage(),
                    "see that the interface is up",
                    e);
        }
    }

    int port() {
        return socket.getLocalPort();
    }

    private void accept() {
        while (!socket.isClosed()) {
            try {
                Socket client = socket.accept();
                if (room.tryAcquire()) {
                    Thread.ofVirtual().name("ryuk").start(() -> answer(client));
                } else {
                    client.close();
                }
            } catch (IOException e) {
                // Closed, which ends the loop; or this one client is gone; or it lasts, as without descriptors.
                LockSupport.parkNanos(AFTER_FAILURE.toNanos());
            }
        }
    }

    private void answer(Socket client) {
        try (client) {
            answerLines(client.getInputStream(), client.getOutputStream());
        } catch (IOException e) {
            return; // it has left
        } finally {
            room.release();
        }
    }

    /// To the end, or to a line that is too long.
    static void answerLines(InputStream raw, OutputStream out) throws IOException {
        InputStream in = new BufferedInputStream(raw);
        int length = 0;
        for (int c = in.read(); c >= 0 && length <= LONGEST_LINE; c = in.read()) {
            if (c == '\n') {
                out.write(YES);
                out.flush();
            }
            length = c == '\n' ? 0 : length + 1;
        }
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            throw new Internal("end what answers for Ryuk", String.valueOf(e.getMessage()), "end this process", e);
        }
    }
}
