package dev.gantry.java;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Instant;
import java.util.Arrays;

/// Writes files as a tar: POSIX.1-2017 pax §"ustar Interchange Format", with an extended header before names that are
/// longer than it takes.
public final class Ustar {
    private static final int BLOCK = 512;
    private static final int LONGEST_NAME = 100;
    private static final int CHUNK = 1 << 16;

    private final OutputStream out;
    private final Instant time;

    /// @param time of all that is written
    public Ustar(OutputStream out, Instant time) {
        this.out = out;
        this.time = time;
    }

    /// Writes a directory that belongs to root.
    ///
    /// @param name with a slash at its end
    public void directory(String name) throws IOException {
        head(name, '5', 0755, 0);
    }

    /// Writes a file that belongs to root. Of `content`, `size` bytes are read.
    public void file(String name, boolean executable, long size, InputStream content) throws IOException {
        head(name, '0', executable ? 0755 : 0644, size);
        long left = size;
        byte[] chunk = new byte[Math.clamp(size, 1, CHUNK)];
        while (left > 0) {
            int n = content.read(chunk, 0, (int) Math.min(chunk.length, left));
            if (n < 0) {
                throw new IOException(name + " became shorter while it was read");
            }
            out.write(chunk, 0, n);
            left -= n;
        }
        pad(size);
    }

    /// The end of the tar; the stream stays open.
    public void finish() throws IOException {
        out.write(new byte[2 * BLOCK]);
        out.flush();
    }

    private void head(String name, char type, int mode, long size) throws IOException {
        byte[] bytes = name.getBytes(UTF_8);
        if (bytes.length > LONGEST_NAME || bytes.length != name.length()) {
            byte[] record = record(bytes);
            out.write(header("pax".getBytes(US_ASCII), 'x', 0644, record.length));
            out.write(record);
            pad(record.length);
        }
        out.write(header(bytes, type, mode, size));
    }

    /// `length path=name`, where the length counts its own digits.
    private static byte[] record(byte[] name) {
        int rest = " path=\n".length() + name.length;
        int length = rest + 1;
        while (rest + Integer.toString(length).length() > length) {
            length++;
        }
        byte[] start = (length + " path=").getBytes(US_ASCII);
        byte[] record = Arrays.copyOf(start, length);
        System.arraycopy(name, 0, record, start.length, name.length);
        record[length - 1] = '\n';
        return record;
    }

    private byte[] header(byte[] name, char type, int mode, long size) {
        byte[] head = new byte[BLOCK];
        System.arraycopy(name, 0, head, 0, Math.min(LONGEST_NAME, name.length));
        put(head, 100, "%07o".formatted(mode));
        put(head, 108, "0000000");
        put(head, 116, "0000000");
        put(head, 124, "%011o".formatted(size));
        put(head, 136, "%011o".formatted(Math.max(0, time.getEpochSecond())));
        Arrays.fill(head, 148, 156, (byte) ' ');
        head[156] = (byte) type;
        put(head, 257, "ustar\00000");
        int sum = 0;
        for (byte b : head) {
            sum += b & 0xff;
        }
        put(head, 148, "%06o\0".formatted(sum));
        return head;
    }

    private static void put(byte[] head, int at, String text) {
        byte[] bytes = text.getBytes(US_ASCII);
        System.arraycopy(bytes, 0, head, at, bytes.length);
    }

    private void pad(long size) throws IOException {
        out.write(new byte[(int) (-size & (BLOCK - 1))]);
    }
}
