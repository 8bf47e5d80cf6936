package dev.gantry.runtime.watch;

import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/// Reads and writes the fields of a payload: little-endian integers, and strings as length, bytes, NUL.
final class Payload {
    private Payload() {}

    static ByteBuffer of(int size) {
        return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    }

    static byte[] string(byte[] text) {
        ByteBuffer out = of(4 + text.length + 1);
        out.putInt(text.length).put(text).put((byte) 0);
        return out.array();
    }

    /// Reads a string, whatever bytes it has: words of the kernel or of a path.
    static String string(ByteBuffer in) throws IOException {
        try {
            int length = in.getInt();
            if (length < 0 || length >= in.remaining()) {
                throw new IOException("malformed frame: a string longer than its frame");
            }
            byte[] text = new byte[length];
            in.get(text);
            in.get();
            return new String(text, StandardCharsets.UTF_8);
        } catch (BufferUnderflowException e) {
            throw new IOException("malformed frame: too short", e);
        }
    }
}
