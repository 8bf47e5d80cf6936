package dev.gantry.images.layer;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.gantry.linux.FileName;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.SequenceInputStream;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// Writes ustar, with a pax extended header before a member only where ustar cannot say it. The same
/// entries give the same bytes.
public final class TarWriter {
    private static final long MOST_OCTAL_7 = 07777777;
    private static final long MOST_OCTAL_11 = 077777777777L;
    private static final int CHUNK = 1 << 16;

    private final OutputStream out;
    private final byte[] chunk = new byte[CHUNK];

    public TarWriter(OutputStream out) {
        this.out = out;
    }

    /// Writes one member; of `content`, exactly `entry.size()` bytes are read. A sparse entry is written
    /// whole.
    public void write(TarEntry entry, InputStream content) throws IOException {
        write(entry, new TreeMap<>(), content);
    }

    /// Writes a file with holes: of `content`, the bytes of `extents` are read, one after the other. GNU tar
    /// §"Storing Sparse Files", format 1.0.
    public void writeSparse(TarEntry entry, List<TarEntry.Extent> extents, InputStream content) throws IOException {
        StringBuilder map = new StringBuilder();
        // The end of a file that ends in a hole.
        boolean hole = extents.isEmpty()
                || extents.getLast().offset() + extents.getLast().length() < entry.size();
        map.append(extents.size() + (hole ? 1 : 0)).append('\n');
        extents.forEach(
                e -> map.append(e.offset()).append('\n').append(e.length()).append('\n'));
        if (hole) {
            map.append(entry.size()).append("\n0\n");
        }
        byte[] head = Arrays.copyOf(
                map.toString().getBytes(US_ASCII), (map.length() + TarHeader.BLOCK - 1) & -TarHeader.BLOCK);
        Map<String, byte[]> pax = new TreeMap<>();
        pax.put("GNU.sparse.major", "1".getBytes(US_ASCII));
        pax.put("GNU.sparse.minor", "0".getBytes(US_ASCII));
        pax.put("GNU.sparse.name", FileName.encode(entry.path()));
        pax.put("GNU.sparse.realsize", Long.toString(entry.size()).getBytes(US_ASCII));
        long packed = head.length
                + extents.stream().mapToLong(TarEntry.Extent::length).sum();
        var stored = new TarEntry(
                entry.type(),
                "GNUSparseFile.0/" + entry.path(),
                entry.link(),
                entry.mode(),
                entry.uid(),
                entry.gid(),
                packed,
                entry.modified(),
                entry.major(),
                entry.minor(),
                entry.xattrs(),
                false,
                List.of());
        write(stored, pax, new SequenceInputStream(new ByteArrayInputStream(head), content));
    }

    private void write(TarEntry entry, Map<String, byte[]> pax, InputStream content) throws IOException {
        byte[] block = new byte[TarHeader.BLOCK];
        path(block, pax, FileName.encode(entry.path()));
        byte[] link = FileName.encode(entry.link());
        put(block, 157, 100, link);
        if (link.length > 100 || !isAscii(link)) {
            pax.put("linkpath", link);
        }
        octal(block, 100, 8, entry.mode());
        number(block, 108, 8, entry.uid(), MOST_OCTAL_7, "uid", pax);
        number(block, 116, 8, entry.gid(), MOST_OCTAL_7, "gid", pax);
        long size = entry.type() == TarEntry.Type.FILE ? entry.size() : 0;
        number(block, 124, 12, size, MOST_OCTAL_11, "size", pax);
        time(block, pax, entry);
        block[156] = (byte) flag(entry.type());
        put(block, 257, 8, "ustar\00000".getBytes(US_ASCII));
        octal(block, 329, 8, entry.major());
        octal(block, 337, 8, entry.minor());
        entry.xattrs().forEach((name, value) -> pax.put("SCHILY.xattr." + name, value));
        if (!pax.isEmpty()) {
            extendedHeader(pax);
        }
        checksum(block);
        out.write(block);
        copy(content, size);
    }

    /// Two empty blocks. The stream stays open.
    public void finish() throws IOException {
        out.write(new byte[2 * TarHeader.BLOCK]);
        out.flush();
    }

    private void extendedHeader(Map<String, byte[]> pax) throws IOException {
        ByteArrayOutputStream records = new ByteArrayOutputStream();
        for (Map.Entry<String, byte[]> e : pax.entrySet()) {
            byte[] key = FileName.encode(e.getKey());
            // The length counts its own digits.
            int rest = key.length + e.getValue().length + 3;
            int length = rest + 1;
            while (rest + Integer.toString(length).length() > length) {
                length++;
            }
            records.writeBytes((length + " ").getBytes(US_ASCII));
            records.writeBytes(key);
            records.write('=');
            records.writeBytes(e.getValue());
            records.write('\n');
        }
        byte[] block = new byte[TarHeader.BLOCK];
        put(block, 0, 100, "pax".getBytes(US_ASCII));
        octal(block, 100, 8, 0644);
        octal(block, 108, 8, 0);
        octal(block, 116, 8, 0);
        octal(block, 124, 12, records.size());
        octal(block, 136, 12, 0);
        block[156] = 'x';
        put(block, 257, 8, "ustar\00000".getBytes(US_ASCII));
        checksum(block);
        out.write(block);
        records.writeTo(out);
        pad(records.size());
    }

    private static void path(byte[] block, Map<String, byte[]> pax, byte[] path) {
        put(block, 0, 100, path);
        if (path.length > 100 || !isAscii(path)) {
            pax.put("path", path);
        }
    }

    private static void time(byte[] block, Map<String, byte[]> pax, TarEntry entry) {
        long seconds = entry.modified().getEpochSecond();
        int nanos = entry.modified().getNano();
        octal(block, 136, 12, Math.clamp(seconds, 0, MOST_OCTAL_11));
        if (nanos != 0 || seconds < 0 || seconds > MOST_OCTAL_11) {
            // A negative time counts its fraction downwards: -1.25 is a quarter before -1.
            boolean down = seconds < 0 && nanos != 0;
            long whole = down ? seconds + 1 : seconds;
            String fraction = nanos == 0 ? "" : ".%09d".formatted(down ? 1_000_000_000 - nanos : nanos);
            String sign = down && whole == 0 ? "-" : "";
            pax.put("mtime", (sign + whole + fraction.replaceAll("0+$", "")).getBytes(US_ASCII));
        }
    }

    private static void number(
            byte[] block, int at, int length, long value, long most, String key, Map<String, byte[]> pax) {
        if (value > most) {
            pax.put(key, Long.toString(value).getBytes(US_ASCII));
            octal(block, at, length, 0);
        } else {
            octal(block, at, length, value);
        }
    }

    private static char flag(TarEntry.Type type) {
        return switch (type) {
            case FILE -> '0';
            case HARD_LINK -> '1';
            case SYMLINK -> '2';
            case CHARACTER_DEVICE -> '3';
            case BLOCK_DEVICE -> '4';
            case DIRECTORY -> '5';
            case FIFO -> '6';
        };
    }

    private static void checksum(byte[] block) {
        put(block, 148, 8, "        ".getBytes(US_ASCII));
        int sum = 0;
        for (byte b : block) {
            sum += b & 0xff;
        }
        put(block, 148, 8, "%06o\0 ".formatted(sum).getBytes(US_ASCII));
    }

    private static void octal(byte[] block, int at, int length, long value) {
        long rest = value;
        for (int i = at + length - 2; i >= at; i--) {
            block[i] = (byte) ('0' + (rest & 7));
            rest >>= 3;
        }
    }

    private static void put(byte[] block, int at, int length, byte[] bytes) {
        System.arraycopy(bytes, 0, block, at, Math.min(length, bytes.length));
    }

    private static boolean isAscii(byte[] bytes) {
        for (byte b : bytes) {
            if (b < 0) {
                return false;
            }
        }
        return true;
    }

    private void copy(InputStream content, long size) throws IOException {
        long left = size;
        while (left > 0) {
            int n = content.read(chunk, 0, (int) Math.min(chunk.length, left));
            if (n < 0) {
                throw new IOException("a file became shorter while it was packed");
            }
            out.write(chunk, 0, n);
            left -= n;
        }
        pad(size);
    }

    private void pad(long size) throws IOException {
        out.write(new byte[(int) (-size & (TarHeader.BLOCK - 1))]);
    }
}
