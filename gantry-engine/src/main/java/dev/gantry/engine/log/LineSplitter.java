package dev.gantry.engine.log;

import java.nio.ByteBuffer;
import java.util.Arrays;

/// Cuts a stream of bytes into lines.
final class LineSplitter {
    private byte[] pending = new byte[16 << 10];
    private int length;

    interface Sink {
        /// A line without its newline; the array is valid during the call only.
        void line(byte[] bytes, int length);
    }

    /// How many bytes wait for their newline.
    int pending() {
        return length;
    }

    /// Forgets them.
    void reset() {
        length = 0;
    }

    void feed(ByteBuffer bytes, Sink sink) {
        while (bytes.hasRemaining()) {
            byte b = bytes.get();
            if (b == '\n') {
                sink.line(pending, length);
                length = 0;
            } else {
                if (length == pending.length) {
                    pending = Arrays.copyOf(pending, length * 2);
                }
                pending[length++] = b;
            }
        }
    }
}
