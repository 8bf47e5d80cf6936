package dev.gantry.docker;

import dev.gantry.api.json.Wire;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;

/// An answer: bytes at hand, nothing, bytes as they come, or the connection itself.
public sealed interface ApiResponse {
    String JSON = "application/json";
    String RAW_STREAM = "application/vnd.docker.raw-stream";
    String MULTIPLEXED_STREAM = "application/vnd.docker.multiplexed-stream";

    /// A whole answer, sent with its length.
    record Bytes(int status, String contentType, byte[] body, Map<String, String> headers) implements ApiResponse {}

    /// An answer without a body.
    record Empty(int status) implements ApiResponse {}

    /// An answer sent while it is made. The status has gone out by then: a later failure must be told in the body.
    /// When the client leaves, the writer is interrupted and its writes fail.
    ///
    /// @param dropped instead of the writer when the answer may not leave: lets go of what is held for it
    record Stream(String contentType, Writer writer, Map<String, String> headers, Runnable dropped)
            implements ApiResponse {
        public Stream(String contentType, Writer writer) {
            this(contentType, writer, Map.of());
        }

        public Stream(String contentType, Writer writer, Map<String, String> headers) {
            this(contentType, writer, headers, () -> {});
        }
    }

    /// From here on the connection carries the bytes of a container in both directions. Whether it begins with 101
    /// or with 200 is the transport's business.
    ///
    /// @param begin done when it is certain that the answer may leave, before the client sees its head
    /// @param dropped instead of that when the answer may not leave: lets go of what is held for it
    record Hijack(String contentType, Begin begin, Runnable dropped) implements ApiResponse {
        public Hijack(String contentType, Taker taker) {
            this(contentType, () -> taker, () -> {});
        }
    }

    /// From here on the connection speaks another protocol, with 101; a client that asked for no upgrade is refused
    /// before.
    ///
    /// @param protocol as the client named it
    record Upgrade(String protocol, Taker taker) implements ApiResponse {}

    /// Begins what a connection is taken over for; never fails, but gives one who tells why it did not begin.
    @FunctionalInterface
    interface Begin {
        Taker begin();
    }

    /// The same over a web socket, whose frames `taker` is not bothered with. RFC 6455 §1.3.
    ///
    /// @param accept what the client's key is answered with
    record WebSocket(String accept, Taker taker, Runnable dropped) implements ApiResponse {}

    /// Writes the body; every `flush` reaches the client.
    @FunctionalInterface
    interface Writer {
        void write(OutputStream out) throws IOException;
    }

    /// Uses the connection and returns when it is done with it.
    @FunctionalInterface
    interface Taker {
        void take(Duplex connection) throws IOException;
    }

    /// Two directions which end independently of each other.
    interface Duplex {
        /// Ends when the client closes its sending side.
        InputStream input();

        /// What is written is sent at once. Fails when the client has left.
        OutputStream output();

        /// Tells the client that no more output comes; input may go on.
        void closeOutput() throws IOException;
    }

    static ApiResponse json(int status, Object value) {
        return new Bytes(status, JSON, line(Wire.json().toJsonBytes(value)), Map.of());
    }

    static ApiResponse json(Object value) {
        return json(200, value);
    }

    /// What Go writes for a list that was never made.
    static ApiResponse jsonNull() {
        return new Bytes(200, JSON, new byte[] {'n', 'u', 'l', 'l', '\n'}, Map.of());
    }

    static ApiResponse text(int status, String text) {
        return new Bytes(status, "text/plain; charset=utf-8", text.getBytes(StandardCharsets.UTF_8), Map.of());
    }

    static ApiResponse noContent() {
        return new Empty(204);
    }

    /// Go's encoder ends every document with a line feed, and so do we.
    private static byte[] line(byte[] json) {
        byte[] line = Arrays.copyOf(json, json.length + 1);
        line[json.length] = '\n';
        return line;
    }
}
