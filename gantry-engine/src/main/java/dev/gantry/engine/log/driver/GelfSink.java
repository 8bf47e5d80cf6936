package dev.gantry.engine.log.driver;

import dev.gantry.engine.log.LogRecord;
import dev.gantry.engine.log.LogSink;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.random.RandomGenerator;

/// Sends what [GelfForm] makes. GELF §Chunking, §TCP.
final class GelfSink {
    private GelfSink() {}

    /// Datagrams; a message that is too long for one goes in up to 128 chunks, and a longer one is lost.
    record Chunked(Wire wire, GelfForm form, GelfForm.Compression compression) implements LogSink {
        static final int CHUNK = 1420;
        private static final int HEAD = 12;
        private static final int MOST = 128;
        private static final short MAGIC = 0x1e0f;

        @Override
        public void write(LogRecord log) throws IOException {
            byte[] message = compression.apply(form.message(log));
            if (message.length <= CHUNK) {
                wire.send(message);
                return;
            }
            int room = CHUNK - HEAD;
            int count = (message.length + room - 1) / room;
            if (count > MOST) {
                return;
            }
            long id = RandomGenerator.getDefault().nextLong();
            for (int i = 0; i < count; i++) {
                byte[] piece = Arrays.copyOfRange(message, i * room, Math.min(message.length, (i + 1) * room));
                wire.send(ByteBuffer.allocate(HEAD + piece.length)
                        .putShort(MAGIC)
                        .putLong(id)
                        .put((byte) i)
                        .put((byte) count)
                        .put(piece)
                        .array());
            }
        }

        @Override
        public void flush() throws IOException {
            wire.flush();
        }

        @Override
        public void close() {
            wire.close();
        }
    }

    /// A stream, where each message ends with a zero.
    record Streamed(Wire wire, GelfForm form) implements LogSink {
        @Override
        public void write(LogRecord log) throws IOException {
            byte[] message = form.message(log);
            wire.send(Arrays.copyOf(message, message.length + 1));
        }

        @Override
        public void flush() throws IOException {
            wire.flush();
        }

        @Override
        public void close() {
            wire.close();
        }
    }
}
