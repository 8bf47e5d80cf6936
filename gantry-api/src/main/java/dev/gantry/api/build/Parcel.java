package dev.gantry.api.build;

import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/// Several streams of unknown lengths one after the other in one. Each is a list of pieces, a length of four bytes and
/// as many bytes, and ends with a piece of none.
public final class Parcel {
    public static final String CONTENT_TYPE = "application/vnd.gantry.parcel";

    private static final int PIECE = 1 << 16;
    private static final int HEAD = Integer.BYTES;

    private final DataInputStream in;

    private Parcel(InputStream in) {
        this.in = new DataInputStream(in);
    }

    /// What is in them is read while the parcel is.
    public static InputStream of(List<InputStream> streams) {
        List<InputStream> parts = new ArrayList<>();
        for (InputStream stream : streams) {
            parts.add(new Pieces(stream));
        }
        return parts.isEmpty()
                ? new ByteArrayInputStream(new byte[0])
                : new SequenceInputStream(Collections.enumeration(parts));
    }

    public static Parcel read(InputStream in) {
        return new Parcel(in);
    }

    /// The next stream; the one before is to be read to its end first, which [InputStream#close] does.
    public InputStream next() {
        return new Part();
    }

    /// One stream as pieces.
    private static final class Pieces extends FilterInputStream {
        private ByteBuffer ready = ByteBuffer.allocate(0);
        private boolean over;

        Pieces(InputStream in) {
            super(in);
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            if (!ready.hasRemaining()) {
                if (over) {
                    return -1;
                }
                byte[] piece = new byte[HEAD + PIECE];
                int n = in.readNBytes(piece, HEAD, PIECE);
                over = n == 0;
                ready = ByteBuffer.wrap(piece, 0, HEAD + n).putInt(0, n);
            }
            int n = Math.min(length, ready.remaining());
            ready.get(into, offset, n);
            return n;
        }
    }

    private final class Part extends InputStream {
        private int left;
        private boolean over;

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
            if (left == 0 && !over) {
                left = in.readInt();
                over = left == 0;
                if (left < 0) {
                    throw new IOException("a piece of a build's request has no length");
                }
            }
            if (over) {
                return -1;
            }
            int n = in.read(into, offset, Math.min(length, left));
            if (n < 0) {
                throw new EOFException("a build's request is cut");
            }
            left -= n;
            return n;
        }

        @Override
        public void close() throws IOException {
            byte[] rest = new byte[PIECE];
            while (read(rest, 0, PIECE) >= 0) {
                // Only what follows counts.
            }
        }
    }
}
