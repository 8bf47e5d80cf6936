package dev.gantry.build.context;

import dev.gantry.images.layer.TarEntry;
import dev.gantry.images.layer.TarReader;
import java.io.IOException;
import java.util.Arrays;

/// A file with holes, whose archive has bytes for the rest only.
final class SparseBytes {
    private final TarReader tar;
    private final TarEntry entry;
    private long at;
    private int next;

    SparseBytes(TarReader tar, TarEntry entry) {
        this.tar = tar;
        this.entry = entry;
    }

    int read(byte[] into, int from, int length) throws IOException {
        if (at >= entry.size()) {
            return -1;
        }
        while (next < entry.extents().size() && end(entry.extents().get(next)) <= at) {
            next++;
        }
        if (next == entry.extents().size()) {
            return zeros(into, from, Math.min(length, entry.size() - at));
        }
        TarEntry.Extent extent = entry.extents().get(next);
        if (at < extent.offset()) {
            return zeros(into, from, Math.min(length, extent.offset() - at));
        }
        int n = tar.read(into, from, (int) Math.min(length, end(extent) - at));
        if (n < 0) {
            throw new IOException("it ends in the middle of a file");
        }
        at += n;
        return n;
    }

    private static long end(TarEntry.Extent extent) {
        return extent.offset() + extent.length();
    }

    private int zeros(byte[] into, int from, long count) {
        Arrays.fill(into, from, from + (int) count, (byte) 0);
        at += count;
        return (int) count;
    }
}
