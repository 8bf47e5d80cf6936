package dev.gantry.engine.plugin;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;

/// A body in chunks, RFC 9112 §7.1. A connection that ends before the last chunk is an error.
final class ChunkedInput extends InputStream {
    private final InputStream in;

    /// Of the chunk that is being read; -1 after the last one.
    private long left;

    ChunkedInput(InputStream in) {
        this.in = in;
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
        if (left == 0) {
            begin();
        }
        if (left < 0) {
            return -1;
        }
        int count = in.read(into, offset, (int) Math.min(length, left));
        if (count < 0) {
            throw new EOFException("its answer ended in the middle");
        }
        left -= count;
        if (left == 0) {
            PluginHttp.line(in);
        }
        return count;
    }

    private void begin() throws IOException {
        String line = PluginHttp.line(in);
        int end = line.indexOf(';');
        long size = PluginHttp.number((end < 0 ? line : line.substring(0, end)).strip(), 16);
        left = size == 0 ? -1 : size;
    }
}
