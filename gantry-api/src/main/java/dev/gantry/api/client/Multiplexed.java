package dev.gantry.api.client;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

/// The frames in which attach, logs and exec carry two streams over one: a type, three zero bytes, a big-endian length,
/// and the bytes.
public final class Multiplexed {
    private static final int HEADER = 8;
    private static final int MAX_ERROR = 64 * 1024;

    private Multiplexed() {}

    /// Copies until the end, flushing after each piece that was read, so that a prompt is seen at once.
    ///
    /// @throws EngineError when the engine ends the stream with an error of its own
    public static void copy(InputStream in, OutputStream out, OutputStream err) throws IOException {
        byte[] header = new byte[HEADER];
        byte[] buffer = new byte[64 * 1024];
        while (true) {
            int got = in.readNBytes(header, 0, HEADER);
            if (got == 0) {
                return;
            }
            if (got < HEADER) {
                throw new EOFException("the stream of the container broke off inside a frame's header");
            }
            int length =
                    (header[4] & 0xff) << 24 | (header[5] & 0xff) << 16 | (header[6] & 0xff) << 8 | header[7] & 0xff;
            if (length < 0 || header[1] != 0 || header[2] != 0 || header[3] != 0) {
                throw new IOException("the stream of the container is not in frames");
            }
            switch (header[0]) {
                case 0, 1 -> copyFrame(in, out, buffer, length);
                case 2 -> copyFrame(in, err, buffer, length);
                case 3 ->
                    throw new EngineError(
                            500,
                            new String(in.readNBytes(Math.min(length, MAX_ERROR)), StandardCharsets.UTF_8).strip());
                default ->
                    throw new IOException("the stream of the container has a frame of unknown type " + header[0]);
            }
        }
    }

    /// Copies a stream without frames, as a terminal has it.
    public static void copyRaw(InputStream in, OutputStream out) throws IOException {
        byte[] buffer = new byte[64 * 1024];
        int n;
        while ((n = in.read(buffer)) >= 0) {
            out.write(buffer, 0, n);
            out.flush();
        }
    }

    private static void copyFrame(InputStream in, OutputStream out, byte[] buffer, int length) throws IOException {
        int left = length;
        while (left > 0) {
            int n = in.read(buffer, 0, Math.min(left, buffer.length));
            if (n < 0) {
                throw new EOFException("the stream of the container broke off " + left + " bytes before a frame's end");
            }
            out.write(buffer, 0, n);
            left -= n;
        }
        out.flush();
    }
}
