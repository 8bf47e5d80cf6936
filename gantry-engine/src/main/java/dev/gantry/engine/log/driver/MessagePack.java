package dev.gantry.engine.log.driver;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/// As much of MessagePack as the forward protocol sends, and its one answer.
final class MessagePack {
    private static final int LONGEST_ACK = 1024;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    byte[] bytes() {
        return out.toByteArray();
    }

    MessagePack array(int size) {
        out.write(0x90 | size);
        return this;
    }

    MessagePack map(int size) {
        if (size < 16) {
            out.write(0x80 | size);
        } else {
            out.write(0xde);
            big(2, size);
        }
        return this;
    }

    MessagePack text(String text) {
        return text(text.getBytes(StandardCharsets.UTF_8));
    }

    /// Bytes as a text, whatever they are: receivers take them as they come.
    MessagePack text(byte[] text) {
        if (text.length < 32) {
            out.write(0xa0 | text.length);
        } else if (text.length < 1 << 8) {
            out.write(0xd9);
            big(1, text.length);
        } else if (text.length < 1 << 16) {
            out.write(0xda);
            big(2, text.length);
        } else {
            out.write(0xdb);
            big(4, text.length);
        }
        out.writeBytes(text);
        return this;
    }

    MessagePack number(long value) {
        out.write(0xd3);
        big(8, value);
        return this;
    }

    /// Extension 0 of the forward protocol, "EventTime".
    MessagePack eventTime(long seconds, int nanos) {
        out.write(0xd7);
        out.write(0);
        big(4, seconds);
        big(4, nanos);
        return this;
    }

    private void big(int size, long value) {
        byte[] all = ByteBuffer.allocate(8).putLong(value).array();
        out.write(all, 8 - size, size);
    }

    /// The value of `{"ack": "…"}`.
    static String acknowledged(InputStream from) throws IOException {
        var in = new DataInputStream(from);
        if (in.readUnsignedByte() != 0x81 || !text(in).equals("ack")) {
            throw new IOException("the receiver answered something else than an ack");
        }
        return text(in);
    }

    private static String text(DataInputStream in) throws IOException {
        int head = in.readUnsignedByte();
        int length = (head & 0xe0) == 0xa0
                ? head & 0x1f
                : switch (head) {
                    case 0xc4, 0xd9 -> in.readUnsignedByte();
                    case 0xc5, 0xda -> in.readUnsignedShort();
                    default -> throw new IOException("the receiver answered something else than an ack");
                };
        if (length > LONGEST_ACK) {
            throw new IOException("the receiver answered an ack of " + length + " bytes");
        }
        byte[] bytes = in.readNBytes(length);
        if (bytes.length < length) {
            throw new EOFException();
        }
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
