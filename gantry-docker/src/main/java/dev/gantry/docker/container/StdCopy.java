package dev.gantry.docker.container;

import dev.gantry.engine.container.Attachment;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;

/// Puts the two outputs of a container into one stream: raw with a terminal, else each piece behind a header of
/// eight bytes that names its origin and length. For one thread at a time.
final class StdCopy implements Attachment.Sink {
    static final int STDOUT = 1;
    static final int STDERR = 2;

    private final OutputStream out;
    private final boolean raw;
    private final byte[] header = new byte[8];
    private byte[] copy = new byte[0];

    StdCopy(OutputStream out, boolean raw) {
        this.out = out;
        this.raw = raw;
    }

    @Override
    public void out(ByteBuffer bytes) throws IOException {
        write(STDOUT, bytes);
        out.flush();
    }

    @Override
    public void err(ByteBuffer bytes) throws IOException {
        write(STDERR, bytes);
        out.flush();
    }

    private void write(int stream, ByteBuffer bytes) throws IOException {
        int length = bytes.remaining();
        if (bytes.hasArray()) {
            write(stream, bytes.array(), bytes.arrayOffset() + bytes.position(), length);
        } else {
            if (copy.length < length) {
                copy = new byte[Math.max(length, 64 << 10)];
            }
            bytes.get(copy, 0, length);
            write(stream, copy, 0, length);
        }
    }

    /// Without a flush.
    void write(int stream, byte[] bytes, int offset, int length) throws IOException {
        if (!raw) {
            header[0] = (byte) stream;
            header[4] = (byte) (length >> 24);
            header[5] = (byte) (length >> 16);
            header[6] = (byte) (length >> 8);
            header[7] = (byte) length;
            out.write(header);
        }
        out.write(bytes, offset, length);
    }
}
