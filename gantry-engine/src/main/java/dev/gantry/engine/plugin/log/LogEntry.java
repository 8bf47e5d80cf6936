package dev.gantry.engine.plugin.log;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/// What a plugin gets of one record, and gives back: a message of protocol buffers behind its length in four bytes.
///
/// @param source `stdout` or `stderr`
/// @param line without its newline
/// @param part of a longer line; empty for a whole one
record LogEntry(String source, long nanos, byte[] line, Optional<Part> part) {
    private static final int LARGEST = 2 << 20;

    // Field numbers and wire types: `source` 1, `time_nano` 2, `line` 3, `partial` 4, `partial_log_metadata` 5.
    private static final int VARINT = 0;
    private static final int FIXED64 = 1;
    private static final int BYTES = 2;
    private static final int FIXED32 = 5;

    /// @param ordinal from 1 on
    record Part(String id, int ordinal, boolean last) {}

    byte[] encoded() {
        var message = new ByteArrayOutputStream(line.length + 64);
        bytes(message, 1, source.getBytes(StandardCharsets.UTF_8));
        number(message, 2, nanos);
        bytes(message, 3, line);
        part.ifPresent(p -> {
            number(message, 4, 1);
            bytes(message, 5, encoded(p));
        });
        return ByteBuffer.allocate(4 + message.size())
                .putInt(message.size())
                .put(message.toByteArray())
                .array();
    }

    private static byte[] encoded(Part p) {
        var message = new ByteArrayOutputStream();
        number(message, 1, p.last() ? 1 : 0);
        bytes(message, 2, p.id().getBytes(StandardCharsets.UTF_8));
        number(message, 3, p.ordinal());
        return message.toByteArray();
    }

    /// Zero is not written, as proto3 has it.
    private static void number(ByteArrayOutputStream out, int field, long value) {
        if (value != 0) {
            varint(out, (long) field << 3 | VARINT);
            varint(out, value);
        }
    }

    private static void bytes(ByteArrayOutputStream out, int field, byte[] value) {
        if (value.length > 0) {
            varint(out, (long) field << 3 | BYTES);
            varint(out, value.length);
            out.writeBytes(value);
        }
    }

    private static void varint(ByteArrayOutputStream out, long value) {
        long left = value;
        while ((left & ~0x7fL) != 0) {
            out.write((int) (left & 0x7f | 0x80));
            left >>>= 7;
        }
        out.write((int) left);
    }

    /// The next one of a stream; empty at its end. What is not of the protocol is an [IOException].
    static Optional<LogEntry> read(InputStream in) throws IOException {
        byte[] head = in.readNBytes(4);
        if (head.length == 0) {
            return Optional.empty();
        }
        if (head.length < 4) {
            throw new EOFException("it ended within a record");
        }
        int size = ByteBuffer.wrap(head).getInt();
        if (size < 0 || size > LARGEST) {
            throw new IOException("it sent a record of " + Integer.toUnsignedString(size) + " bytes");
        }
        byte[] message = in.readNBytes(size);
        if (message.length < size) {
            throw new EOFException("it ended within a record");
        }
        return Optional.of(decoded(message));
    }

    private static LogEntry decoded(byte[] message) throws IOException {
        String source = "";
        long nanos = 0;
        byte[] line = {};
        boolean partial = false;
        Part part = new Part("", 0, false);
        var in = new Reader(message);
        while (in.more()) {
            long key = in.varint();
            switch ((int) (key >>> 3)) {
                case 1 -> source = new String(in.bytes(key), StandardCharsets.UTF_8);
                case 2 -> nanos = in.number(key);
                case 3 -> line = in.bytes(key);
                case 4 -> partial = in.number(key) != 0;
                case 5 -> part = part(in.bytes(key));
                default -> in.skip(key);
            }
        }
        return new LogEntry(source, nanos, line, partial ? Optional.of(part) : Optional.empty());
    }

    private static Part part(byte[] message) throws IOException {
        boolean last = false;
        String id = "";
        int ordinal = 0;
        var in = new Reader(message);
        while (in.more()) {
            long key = in.varint();
            switch ((int) (key >>> 3)) {
                case 1 -> last = in.number(key) != 0;
                case 2 -> id = new String(in.bytes(key), StandardCharsets.UTF_8);
                case 3 -> ordinal = (int) in.number(key);
                default -> in.skip(key);
            }
        }
        return new Part(id, ordinal, last);
    }

    /// Over one message.
    private static final class Reader {
        private final ByteArrayInputStream in;

        Reader(byte[] message) {
            in = new ByteArrayInputStream(message);
        }

        boolean more() {
            return in.available() > 0;
        }

        long varint() throws IOException {
            long value = 0;
            for (int shift = 0; shift < 64; shift += 7) {
                int b = in.read();
                if (b < 0) {
                    throw new EOFException("its record ends within a number");
                }
                value |= (long) (b & 0x7f) << shift;
                if (b < 0x80) {
                    return value;
                }
            }
            throw new IOException("it sent a number of more than 64 bits");
        }

        long number(long key) throws IOException {
            require(key, VARINT);
            return varint();
        }

        byte[] bytes(long key) throws IOException {
            require(key, BYTES);
            return take(varint());
        }

        private byte[] take(long length) throws IOException {
            if (length < 0 || length > in.available()) {
                throw new EOFException("a field of its record is longer than the record");
            }
            byte[] taken = new byte[(int) length];
            in.read(taken, 0, taken.length);
            return taken;
        }

        void skip(long key) throws IOException {
            switch ((int) (key & 7)) {
                case VARINT -> varint();
                case FIXED64 -> take(8);
                case BYTES -> take(varint());
                case FIXED32 -> take(4);
                default -> throw new IOException("it sent a field of an unknown type");
            }
        }

        private static void require(long key, int type) throws IOException {
            if ((key & 7) != type) {
                throw new IOException("field " + (key >>> 3) + " of its record is of another type");
            }
        }
    }
}
