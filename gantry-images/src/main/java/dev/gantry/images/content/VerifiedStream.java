package dev.gantry.images.content;

import dev.gantry.base.Digest;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/// Bytes that are hashed as they are read: whoever reaches the end knows that they are what their name
/// promises, otherwise gets [dev.gantry.base.InvalidArgument] in place of the end.
public final class VerifiedStream extends FilterInputStream {
    private final Digest expected;
    private final Hasher hasher;
    private long size;
    private boolean ended;

    public VerifiedStream(InputStream in, Digest expected) {
        super(in);
        this.expected = expected;
        this.hasher = new Hasher(expected.algorithm());
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] into, int from, int length) throws IOException {
        int n = super.read(into, from, length);
        if (n > 0) {
            hasher.update(into, from, n);
            size += n;
        } else if (n < 0 && !ended) {
            ended = true;
            Digest actual = hasher.digest();
            if (!actual.equals(expected)) {
                throw Mismatch.of(expected, -1, actual, size);
            }
        }
        return n;
    }

    @Override
    public long skip(long n) throws IOException {
        long left = n;
        byte[] chunk = new byte[Math.clamp(n, 1, 1 << 16)];
        while (left > 0) {
            int got = read(chunk, 0, (int) Math.min(chunk.length, left));
            if (got < 0) {
                break;
            }
            left -= got;
        }
        return n - left;
    }

    @Override
    public boolean markSupported() {
        return false;
    }
}
