package dev.gantry.images.layer;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/// Inflates gzip of any number of members, RFC 1952, up to the end of the input. That of the JDK stops
/// after the first member when the input cannot tell at once that more will come, and so would silently
/// cut off a piped archive.
final class GunzipStream extends InputStream {
    private static final int FHCRC = 2;
    private static final int FEXTRA = 4;
    private static final int FNAME = 8;
    private static final int FCOMMENT = 16;

    private final InputStream in;
    private final Inflater inflater = new Inflater(true);
    private final CRC32 crc = new CRC32();
    private final byte[] buffer = new byte[64 << 10];
    private int at;
    private int end;
    private boolean done;

    GunzipStream(InputStream in) throws IOException {
        this.in = in;
        header(next());
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] bytes, int from, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        try {
            while (!done) {
                int n = inflater.inflate(bytes, from, length);
                if (n > 0) {
                    crc.update(bytes, from, n);
                    return n;
                }
                if (inflater.finished()) {
                    nextMember();
                } else if (inflater.needsDictionary()) {
                    throw new IOException("damaged gzip data: it asks for a dictionary");
                } else {
                    if (at == end && !fill()) {
                        throw new EOFException("the gzip data ends in the middle");
                    }
                    inflater.setInput(buffer, at, end - at);
                    at = end;
                }
            }
        } catch (DataFormatException e) {
            throw new IOException("damaged gzip data: " + e.getMessage(), e);
        }
        return -1;
    }

    @Override
    public void close() throws IOException {
        inflater.end();
        in.close();
    }

    private void nextMember() throws IOException {
        at = end - inflater.getRemaining();
        long written = inflater.getBytesWritten() & 0xffffffffL;
        if (little(4) != crc.getValue() || little(4) != written) {
            throw new IOException("damaged gzip data: the checksum is wrong");
        }
        inflater.reset();
        crc.reset();
        // Writers to tapes and some tools pad with zeros.
        int first;
        do {
            first = nextOrEnd();
        } while (first == 0);
        if (first < 0) {
            done = true;
        } else {
            header(first);
        }
    }

    private void header(int first) throws IOException {
        if (first != 0x1f || next() != 0x8b || next() != 8) {
            throw new IOException("damaged gzip data: no gzip header where one should be");
        }
        int flags = next();
        little(4);
        little(2);
        if ((flags & FEXTRA) != 0) {
            for (long n = little(2); n > 0; n--) {
                next();
            }
        }
        if ((flags & FNAME) != 0) {
            skipText();
        }
        if ((flags & FCOMMENT) != 0) {
            skipText();
        }
        if ((flags & FHCRC) != 0) {
            little(2);
        }
    }

    private void skipText() throws IOException {
        while (next() != 0) {
            // Names and comments are of no use here.
        }
    }

    private long little(int bytes) throws IOException {
        long value = 0;
        for (int i = 0; i < bytes; i++) {
            value |= (long) next() << (8 * i);
        }
        return value;
    }

    private int next() throws IOException {
        int b = nextOrEnd();
        if (b < 0) {
            throw new EOFException("the gzip data ends in the middle");
        }
        return b;
    }

    private int nextOrEnd() throws IOException {
        return at < end || fill() ? buffer[at++] & 0xff : -1;
    }

    private boolean fill() throws IOException {
        at = 0;
        end = Math.max(in.read(buffer, 0, buffer.length), 0);
        return end > 0;
    }
}
