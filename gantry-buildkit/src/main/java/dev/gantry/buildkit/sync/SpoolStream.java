package dev.gantry.buildkit.sync;

import java.io.InputStream;

/// A part of a spool as a stream.
final class SpoolStream extends InputStream {
    private final Spool spool;
    private final long end;
    private long at;

    SpoolStream(Spool spool, long at, long length) {
        this.spool = spool;
        this.at = at;
        this.end = at + length;
    }

    @Override
    public int read() {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] into, int from, int length) {
        if (length == 0) {
            return 0;
        }
        if (at >= end) {
            return -1;
        }
        int n = (int) Math.min(length, end - at);
        spool.read(into, from, n, at);
        at += n;
        return n;
    }
}
