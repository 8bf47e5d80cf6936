package dev.gantry.images.layer;

import dev.gantry.linux.Fd;
import dev.gantry.linux.Linux;
import java.io.InputStream;

/// The bytes of an open file. The descriptor keeps its owner.
final class FdInputStream extends InputStream {
    private final Linux linux;
    private final Fd fd;

    FdInputStream(Linux linux, Fd fd) {
        this.linux = linux;
        this.fd = fd;
    }

    @Override
    public int read() {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] into, int from, int length) {
        return length == 0 ? 0 : linux.files().read(fd, into, from, length);
    }
}
