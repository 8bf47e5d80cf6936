package dev.gantry.docker.container;

import dev.gantry.docker.ApiResponse;
import dev.gantry.docker.route.Call;
import dev.gantry.docker.route.DockerError;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// The frames of a web socket over a connection: what messages hold becomes one stream of bytes, and each write a
/// message. Pings are answered on the way. RFC 6455 §5.
final class WebSocketFrames implements ApiResponse.Duplex {
    private static final String MAGIC = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    private static final int TEXT = 1;
    private static final int BINARY = 2;
    private static final int CLOSE = 8;
    private static final int PING = 9;
    private static final int PONG = 10;
    private static final int LARGEST_CONTROL = 125;
    private static final byte[] NORMAL_CLOSURE = {0x03, (byte) 0xe8};
    private static final byte[] PROTOCOL_ERROR = {0x03, (byte) 0xea};

    private final ApiResponse.Duplex connection;
    private final DataInputStream in;
    private final int kind;

    /// Guards the output: pongs come from the thread that reads.
    private final Object turn = new Object();

    private boolean closed;

    private WebSocketFrames(ApiResponse.Duplex connection, boolean binary) {
        this.connection = connection;
        this.in = new DataInputStream(connection.input());
        this.kind = binary ? BINARY : TEXT;
    }

    static WebSocketFrames over(ApiResponse.Duplex connection, boolean binary) {
        return new WebSocketFrames(connection, binary);
    }

    /// What answers the client's key; a request that is no handshake is refused. RFC 6455 §4.2.1.
    static String accept(Call call) {
        String key = header(call, "sec-websocket-key");
        if (!header(call, "upgrade").equalsIgnoreCase("websocket")
                || !header(call, "connection").toLowerCase(Locale.ROOT).contains("upgrade")
                || !header(call, "sec-websocket-version").equals("13")
                || !key.matches("[A-Za-z0-9+/]{22}==")) {
            throw DockerError.badParameter("attach over a web socket: the request is no handshake of a web socket:"
                    + " send Upgrade, Connection, Sec-WebSocket-Version: 13 and Sec-WebSocket-Key");
        }
        try {
            byte[] digest =
                    MessageDigest.getInstance("SHA-1").digest((key + MAGIC).getBytes(StandardCharsets.US_ASCII));
            return Base64.getEncoder().encodeToString(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-1", e);
        }
    }

    private static String header(Call call, String name) {
        @Nullable String value = call.request().header(name);
        return value == null ? "" : value;
    }

    @Override
    public InputStream input() {
        return new Input();
    }

    @Override
    public OutputStream output() {
        return new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                write(new byte[] {(byte) b}, 0, 1);
            }

            @Override
            public void write(byte[] bytes, int offset, int length) throws IOException {
                if (length > 0) {
                    send(kind, bytes, offset, length);
                }
            }

            @Override
            public void flush() throws IOException {
                synchronized (turn) {
                    connection.output().flush();
                }
            }
        };
    }

    @Override
    public void closeOutput() throws IOException {
        end(NORMAL_CLOSURE);
        connection.closeOutput();
    }

    /// Says that nothing more comes, once.
    void close() throws IOException {
        end(NORMAL_CLOSURE);
    }

    private void end(byte[] why) throws IOException {
        synchronized (turn) {
            if (!closed) {
                send(CLOSE, why, 0, why.length);
                closed = true;
            }
        }
    }

    private void send(int opcode, byte[] bytes, int offset, int length) throws IOException {
        synchronized (turn) {
            if (closed) {
                throw new IOException("the web socket is closed");
            }
            OutputStream out = connection.output();
            out.write(header(opcode, length));
            out.write(bytes, offset, length);
            out.flush();
        }
    }

    private static byte[] header(int opcode, int length) {
        byte first = (byte) (0x80 | opcode);
        if (length < 126) {
            return new byte[] {first, (byte) length};
        }
        if (length < 1 << 16) {
            return new byte[] {first, 126, (byte) (length >> 8), (byte) length};
        }
        return new byte[] {
            first, 127, 0, 0, 0, 0, (byte) (length >> 24), (byte) (length >> 16), (byte) (length >> 8), (byte) length
        };
    }

    /// What is in the messages of the client, one after the other.
    private final class Input extends InputStream {
        private final byte[] mask = new byte[4];
        private long left;
        private int at;
        private boolean ended;

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            while (left == 0 && !ended) {
                next();
            }
            if (ended) {
                return -1;
            }
            int n = in.read(bytes, offset, (int) Math.min(length, left));
            if (n < 0) {
                ended = true;
                return -1;
            }
            unmask(bytes, offset, n);
            left -= n;
            return n;
        }

        private void unmask(byte[] bytes, int offset, int length) {
            for (int i = 0; i < length; i++) {
                bytes[offset + i] ^= mask[at++ & 3];
            }
        }

        /// Reads the head of a frame, and control frames whole.
        private void next() throws IOException {
            int first = in.read();
            if (first < 0) {
                ended = true;
                return;
            }
            int second = in.readUnsignedByte();
            int opcode = first & 0x0f;
            long length = second & 0x7f;
            boolean control = opcode >= CLOSE;
            boolean wrong = (first & 0x70) != 0
                    || (second & 0x80) == 0
                    || opcode > PONG
                    || opcode > BINARY && !control
                    || control && (length > LARGEST_CONTROL || (first & 0x80) == 0);
            if (length == 126) {
                length = in.readUnsignedShort();
            } else if (length == 127) {
                length = in.readLong();
            }
            if (wrong || length < 0) {
                end(PROTOCOL_ERROR);
                throw new IOException("the client sent what is no frame of a web socket");
            }
            in.readFully(mask);
            at = 0;
            if (control) {
                control(opcode, (int) length);
            } else {
                left = length;
            }
        }

        private void control(int opcode, int length) throws IOException {
            byte[] body = in.readNBytes(length);
            if (body.length < length) {
                throw new EOFException("the client left within a frame");
            }
            unmask(body, 0, length);
            switch (opcode) {
                case PING -> send(PONG, body, 0, length);
                case CLOSE -> {
                    end(length < 2 ? NORMAL_CLOSURE : Arrays.copyOf(body, 2));
                    ended = true;
                }
                default -> {}
            }
        }
    }
}
