package dev.gantry.build.context;

import dev.gantry.linux.Fd;
import dev.gantry.linux.Linux;
import java.io.InputStream;

/// A part of a file as a stream.
final class FdStream extends InputStream {
    private final Linux linux;
    private final Fd file;
    private final boolean owned;
    private final long end;
    private long at;

    /// @param owned whether the file is closed with it
    FdStream(Linux linux, Fd file, long at, long end, boolean owned) {
        this.linux = linux;
        this.file = file;
        this.at = at;
        this.end = end;
        this.owned = owned;
    }

    @Override
    public int read() {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] into, int from, int length) {
        if (length == 0 || at >= end) {
            return length == 0 ? 0 : -1;
        }
        int n = linux.files().readAt(file, into, from, (int) Math.min(length, end - at), at);
        at += Math.max(n, 0);
        return n <= 0 ? -1 : n;
    }

    @Override
    public void close() {
        if (owned) {
            file.close();
        }
    }
}
