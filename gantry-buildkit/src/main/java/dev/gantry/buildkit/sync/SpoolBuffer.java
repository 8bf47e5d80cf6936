package dev.gantry.buildkit.sync;

/// Small files, written many at a time.
final class SpoolBuffer {
    private static final int SIZE = 256 << 10;

    private final Spool spool;
    private final byte[] bytes = new byte[SIZE];
    private long start = -1;
    private int used;

    SpoolBuffer(Spool spool) {
        this.spool = spool;
    }

    /// Where they will be.
    long put(byte[] file, int length) {
        if (start < 0 || used + length > SIZE) {
            flush();
            start = spool.reserve(SIZE);
        }
        System.arraycopy(file, 0, bytes, used, length);
        long at = start + used;
        used += length;
        return at;
    }

    void flush() {
        if (used > 0) {
            spool.write(bytes, 0, used, start);
            used = 0;
        }
    }
}
