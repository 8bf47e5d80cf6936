package dev.gantry.engine.network.overlay;

import dev.gantry.base.JsonText;
import dev.gantry.network.encryption.TunnelKey;
import io.avaje.jsonb.JsonType;
import io.avaje.jsonb.Jsonb;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/// Frames over one connection: four bytes of length, and a JSON document. What is longer than [#MOST] ends it.
final class PeerSocket implements AutoCloseable {
    static final int MOST = 256 * 1024;
    private static final int ACK = 6; // ASCII
    private static final JsonType<PeerMessage> JSON = Jsonb.builder().build().type(PeerMessage.class);

    private final Socket socket;
    private final DataInputStream in;
    private final DataOutputStream out;

    private final TunnelKey key;

    PeerSocket(Socket socket, TunnelKey key) throws IOException {
        this.socket = socket;
        this.key = key;
        this.in = new DataInputStream(new BufferedInputStream(socket.getInputStream()));
        this.out = new DataOutputStream(new BufferedOutputStream(socket.getOutputStream()));
    }

    /// Of frames from the host that began this connection.
    TunnelKey key() {
        return key;
    }

    static String text(PeerMessage message) {
        return JSON.toJson(message);
    }

    static boolean fits(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length <= MOST;
    }

    void send(String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        out.writeInt(bytes.length);
        out.write(bytes);
    }

    void send(PeerMessage message) throws IOException {
        send(text(message));
    }

    /// @param size of the frame, in bytes
    record Received(PeerMessage message, int size) {}

    Received receive() throws IOException {
        int size = in.readInt();
        if (size < 0 || size > MOST) {
            throw new IOException("a frame of " + size + " bytes");
        }
        byte[] bytes = in.readNBytes(size);
        if (bytes.length < size) {
            throw new java.io.EOFException("a frame ended early");
        }
        try {
            return new Received(JSON.fromJson(JsonText.readable(new String(bytes, StandardCharsets.UTF_8))), size);
        } catch (RuntimeException e) {
            throw new IOException("a frame that is not understood: " + e.getMessage(), e);
        }
    }

    void flush() throws IOException {
        out.flush();
    }

    void acknowledge() throws IOException {
        out.writeByte(ACK);
        out.flush();
    }

    void awaitAcknowledge() throws IOException {
        if (in.readByte() != ACK) {
            throw new IOException("an answer that is not understood");
        }
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            // It is gone either way.
            return;
        }
    }
}
