package dev.gantry.testcontainers;

import dev.gantry.base.Internal;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/// Speaks Ryuk's protocol: each line names what is to go when the connection ends, and is answered with `ACK`. Nothing
/// follows from it: everything goes with this process.
final class Ryuk implements AutoCloseable {
    private static final int LONGEST_LINE = 64 << 10;
    private static final byte[] YES = "ACK\n".getBytes(StandardCharsets.US_ASCII);

    private final ServerSocket socket;

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
                Thread.ofVirtual().name("ryuk").start(() -> answer(client));
            } catch (IOException e) {
                continue; // closed, which ends the loop, or this one client is gone
            }
        }
    }

    private static void answer(Socket client) {
        try (client;
                BufferedReader lines = new BufferedReader(
                        new InputStreamReader(client.getInputStream(), StandardCharsets.UTF_8), LONGEST_LINE)) {
            OutputStream out = client.getOutputStream();
            while (lines.readLine() != null) {
                out.write(YES);
                out.flush();
            }
        } catch (IOException e) {
            return; // it has left
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
