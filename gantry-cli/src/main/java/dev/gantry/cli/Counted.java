package dev.gantry.cli;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/// Knows how much was read of it.
public final class Counted extends FilterInputStream {
    private long bytes;

    public Counted(InputStream in) {
        super(in);
    }

    public long bytes() {
        return bytes;
    }

    @Override
    public int read() throws IOException {
        int b = super.read();
        bytes += b < 0 ? 0 : 1;
        return b;
    }

    @Override
    public int read(byte[] into, int from, int length) throws IOException {
        int n = super.read(into, from, length);
        bytes += Math.max(n, 0);
        return n;
    }
}
