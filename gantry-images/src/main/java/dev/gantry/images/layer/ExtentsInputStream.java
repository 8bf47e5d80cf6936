package dev.gantry.images.layer;

import dev.gantry.linux.Fd;
import dev.gantry.linux.Linux;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;

/// The data of an open file without its holes. The descriptor keeps its owner.
final class ExtentsInputStream extends InputStream {
    private final Linux linux;
    private final Fd fd;
    private final List<TarEntry.Extent> left;
    private long at;

    ExtentsInputStream(Linux linux, Fd fd, List<TarEntry.Extent> extents) {
        this.linux = linux;
        this.fd = fd;
        this.left = new ArrayList<>(extents);
        this.at = extents.isEmpty() ? 0 : extents.getFirst().offset();
    }

    @Override
    public int read() {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] into, int from, int length) {
        if (left.isEmpty()) {
            return -1;
        }
        TarEntry.Extent here = left.getFirst();
        long rest = here.offset() + here.length() - at;
        int n = linux.files().readAt(fd, into, from, (int) Math.min(length, rest), at);
        if (n > 0) {
            at += n;
            if (n == rest) {
                left.removeFirst();
                at = left.isEmpty() ? at : left.getFirst().offset();
            }
        }
        return n;
    }
}
