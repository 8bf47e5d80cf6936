package dev.gantry.api.client;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;

/// The first of two streams that come in the frames of [Multiplexed]; what comes of the second meanwhile is written
/// where it belongs.
public final class FramedInput extends InputStream {
    private static final int HEADER = 8;

    private final InputStream in;
    private final OutputStream second;
    private int left;

    public FramedInput(InputStream in, OutputStream second) {
        this.in = in;
        this.second = second;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        while (left == 0) {
            byte[] header = in.readNBytes(HEADER);
            if (header.length == 0) {
                return -1;
            }
            if (header.length < HEADER) {
                throw new EOFException("the answer broke off inside a frame's header");
            }
            int size = ByteBuffer.wrap(header).getInt(4);
            if (size < 0 || header[0] < 1 || header[0] > 2) {
                throw new IOException("the answer is not in frames");
            }
            if (header[0] == 1) {
                left = size;
            } else {
                pass(size);
            }
        }
        int n = in.read(into, offset, Math.min(length, left));
        if (n < 0) {
            throw new EOFException("the answer broke off " + left + " bytes before a frame's end");
        }
        left -= n;
        return n;
    }

    private void pass(int size) throws IOException {
        int rest = size;
        while (rest > 0) {
            byte[] bytes = in.readNBytes(Math.min(rest, 1 << 16));
            if (bytes.length == 0) {
                throw new EOFException("the answer broke off " + rest + " bytes before a frame's end");
            }
            second.write(bytes);
            rest -= bytes.length;
        }
        second.flush();
    }
}
