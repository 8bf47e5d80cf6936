package dev.gantry.images.layer;

import java.io.InputStream;
import java.util.Arrays;

/// For as long as anybody reads.
final class ZerosInputStream extends InputStream {
    @Override
    public int read() {
        return 0;
    }

    @Override
    public int read(byte[] into, int from, int length) {
        Arrays.fill(into, from, from + length, (byte) 0);
        return length;
    }
}
