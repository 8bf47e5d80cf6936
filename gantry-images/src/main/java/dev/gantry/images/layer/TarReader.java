package dev.gantry.images.layer;

import dev.gantry.linux.FileName;
import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// Reads the members of a tar one after the other: ustar, GNU (long names, base-256 numbers, old sparse
/// files), pax (extended headers, extended attributes, sparse 0.0, 0.1 and 1.0). Everything that an archive
/// can make long is bounded. What is wrong with an archive is [InvalidArgument]; [IOException] is only what
/// the stream threw.
///
/// ```java
/// var tar = new TarReader(in, "layer.tar");
/// for (var entry = tar.next(); entry.isPresent(); entry = tar.next()) {
///     System.out.println(entry.get().path());
/// }
/// ```
public final class TarReader {
    /// `PATH_MAX` of Linux, with its NUL.
    private static final int LONGEST_PATH = 4095;

    /// GNU tar itself refuses beyond this; the attributes of one file fit.
    private static final int LONGEST_HEADER = 1 << 20;

    private static final int BUFFER = 1 << 17;

    private final InputStream in;
    private final String what;
    private final long mostHeaders;
    private long headers;
    private final byte[] buffer = new byte[BUFFER];
    private int at;
    private int end;

    private PaxRecords global = PaxRecords.none();
    private boolean ended;
    private boolean whole;

    /// Bytes of the current member that nobody read yet, and its padding behind them.
    private long left;

    private int padding;

    /// `name` is for messages.
    public TarReader(InputStream in, String name) {
        this(in, name, LayerLimits.DEFAULT);
    }

    /// Counts extended headers as entries: they cost as much, and may stand before no member at all.
    public TarReader(InputStream in, String name, LayerLimits limits) {
        this.in = in;
        this.what = "read " + name;
        this.mostHeaders = limits.entries();
    }

    /// The next member, after skipping what is left of the one before; empty at the end of the archive.
    public Optional<TarEntry> next() throws IOException {
        try {
            return ended ? Optional.empty() : nextMember();
        } catch (TarFault e) {
            ended = true;
            throw e.of(what);
        }
    }

    /// Bytes that the archive has for the current member; -1 after the last.
    public int read(byte[] into, int from, int length) throws IOException {
        if (left == 0 || length == 0) {
            return left == 0 ? -1 : 0;
        }
        if (at == end && !fill()) {
            throw new TarFault("it ends in the middle of a file").of(what);
        }
        int n = (int) Math.min(Math.min(length, end - at), left);
        System.arraycopy(buffer, at, into, from, n);
        at += n;
        left -= n;
        return n;
    }

    /// Reads the stream to its end, behind the archive's own: tapes are padded. Answers how many bytes
    /// followed, or fails beyond `limit`.
    public long drain(long limit) throws IOException {
        long drained = end - at;
        at = end;
        while (fill()) {
            drained += end;
            at = end;
            if (drained > limit) {
                throw new TarFault("more than " + limit + " bytes follow its end").of(what);
            }
        }
        return drained;
    }

    /// Whether the archive said itself that it is over; else it was cut, or never begun. Some who make layers leave
    /// the end out.
    boolean isWhole() {
        return whole;
    }

    private Optional<TarEntry> nextMember() throws IOException {
        PaxRecords records = PaxRecords.none();
        String longPath = "";
        String longLink = "";
        while (true) {
            skip(left + padding);
            left = 0;
            padding = 0;
            byte[] block = new byte[TarHeader.BLOCK];
            if (!readBlock(block)) {
                return end();
            }
            if (TarHeader.isZero(block)) {
                if (readBlock(block) && !TarHeader.isZero(block)) {
                    throw new TarFault("an empty block is followed by something else");
                }
                whole = true;
                return end();
            }
            if (++headers > mostHeaders) {
                throw new TarFault("it has more than " + mostHeaders + " entries");
            }
            TarHeader header = TarHeader.of(block);
            switch (header.type()) {
                case 'x', 'X' -> records = PaxRecords.parse(headerData(header));
                case 'g' -> global = PaxRecords.parseGlobal(headerData(header)).mergedOver(global);
                case 'L' -> longPath = longName(header);
                case 'K' -> longLink = longName(header);
                case 'V' -> member(checkedSize(header.size()));
                default -> {
                    return Optional.of(entry(header, records.over(global), longPath, longLink));
                }
            }
        }
    }

    private Optional<TarEntry> end() {
        ended = true;
        return Optional.empty();
    }

    private TarEntry entry(TarHeader header, PaxRecords pax, String longPath, String longLink) throws IOException {
        String path = pax.text("GNU.sparse.name")
                .or(() -> pax.text("path"))
                .orElseGet(() -> longPath.isEmpty() ? header.path() : longPath);
        String link = pax.text("linkpath").orElseGet(() -> longLink.isEmpty() ? header.link() : longLink);
        requireShort(path, "path");
        requireShort(link, "link");
        TarEntry.Type type = type(header.type(), path);
        long size = checkedSize(pax.number("size").orElseGet(header::size));
        boolean hasData = type == TarEntry.Type.FILE;
        member(hasData ? size : 0);
        Optional<SparseMap> sparse = hasData ? sparse(header, pax, size) : Optional.empty();
        return new TarEntry(
                type,
                path,
                link,
                header.mode(),
                id(pax.number("uid").orElseGet(header::uid), "user"),
                id(pax.number("gid").orElseGet(header::gid), "group"),
                sparse.map(SparseMap::realSize).orElse(hasData ? size : 0),
                pax.time("mtime").orElseGet(() -> instant(header.modifiedSeconds(), 0)),
                header.major(),
                header.minor(),
                pax.xattrs(),
                sparse.isPresent(),
                sparse.map(SparseMap::extents).orElse(List.of()));
    }

    private static TarEntry.Type type(char flag, String path) {
        return switch (flag) {
            // Before POSIX a directory was a file whose name ends in a slash.
            case '0', '\0', '7', 'S' ->
                path.endsWith("/") && flag != 'S' ? TarEntry.Type.DIRECTORY : TarEntry.Type.FILE;
            case '1' -> TarEntry.Type.HARD_LINK;
            case '2' -> TarEntry.Type.SYMLINK;
            case '3' -> TarEntry.Type.CHARACTER_DEVICE;
            case '4' -> TarEntry.Type.BLOCK_DEVICE;
            case '5' -> TarEntry.Type.DIRECTORY;
            case '6' -> TarEntry.Type.FIFO;
            default -> throw new TarFault("its entry " + TarFault.shown(path) + " has the unknown type " + (int) flag);
        };
    }

    private Optional<SparseMap> sparse(TarHeader header, PaxRecords pax, long packed) throws IOException {
        if (header.type() == 'S') {
            return Optional.of(oldSparse(header, packed));
        }
        Optional<Long> real = pax.number("GNU.sparse.realsize").or(() -> pax.number("GNU.sparse.size"));
        if (pax.text("GNU.sparse.major").isPresent()) {
            long size = real.orElseThrow(() -> new TarFault("a sparse file does not say its size"));
            return Optional.of(SparseMap.inData(this::dataLine, size, packed, this::dataPosition));
        }
        return real.isPresent() ? Optional.of(SparseMap.of(pax.sparseNumbers(), real.get(), packed)) : Optional.empty();
    }

    private SparseMap oldSparse(TarHeader header, long packed) throws IOException {
        SparseMap map = new SparseMap(header.gnuRealSize());
        map.addAll(header.gnuExtents());
        byte[] block = new byte[TarHeader.BLOCK];
        // The continuation blocks stand before the data and are not counted in its size.
        for (boolean more = header.gnuContinues(); more; more = TarHeader.continues(block)) {
            if (!readBlock(block)) {
                throw new TarFault("it ends in the middle of a sparse map");
            }
            map.addAll(TarHeader.continuedExtents(block));
        }
        return map.checked(packed);
    }

    /// A line of at most twenty digits from the data of the member, for the map of sparse 1.0.
    private String dataLine() throws IOException {
        StringBuilder line = new StringBuilder();
        byte[] one = new byte[1];
        while (read(one, 0, 1) > 0) {
            if (one[0] == '\n') {
                return line.toString();
            }
            if (line.length() == 20) {
                break;
            }
            line.append((char) one[0]);
        }
        throw new TarFault("a sparse map has a line without an end");
    }

    /// Skips the padding of a map in the data; answers the bytes that are left.
    private long dataPosition(long packed) throws IOException {
        long used = packed - left;
        long pad = Math.min(left, -used & (TarHeader.BLOCK - 1));
        skip(pad);
        left -= pad;
        return left;
    }

    private byte[] headerData(TarHeader header) throws IOException {
        long size = header.size();
        if (size < 0 || size > LONGEST_HEADER) {
            throw new TarFault("an extended header has " + size + " bytes, more than " + LONGEST_HEADER);
        }
        member(size);
        byte[] bytes = new byte[(int) size];
        int n = 0;
        while (n < bytes.length) {
            n += read(bytes, n, bytes.length - n);
        }
        return bytes;
    }

    private String longName(TarHeader header) throws IOException {
        byte[] bytes = headerData(header);
        int length = 0;
        while (length < bytes.length && bytes[length] != 0) {
            length++;
        }
        return FileName.decode(bytes, 0, length);
    }

    private static void requireShort(String path, String kind) {
        if (path.length() > LONGEST_PATH || FileName.encode(path).length > LONGEST_PATH) {
            throw new TarFault(
                    "the " + kind + " " + TarFault.shown(path) + " is longer than " + LONGEST_PATH + " bytes");
        }
    }

    private static long checkedSize(long size) {
        if (size < 0 || size > Long.MAX_VALUE - TarHeader.BLOCK) {
            throw new TarFault("a file has the size " + size);
        }
        return size;
    }

    /// 2³² − 1 means "leave it" to chown(2) and is nobody.
    private static long id(long id, String kind) {
        if (id < 0 || id >= 0xffffffffL) {
            throw new TarFault("a file has the " + kind + " id " + id);
        }
        return id;
    }

    static Instant instant(long seconds, long nanos) {
        // What ext4, xfs and btrfs can all hold is less; the kernel clamps the rest.
        if (Math.abs(seconds) > 1L << 40) {
            throw new TarFault("a file has a time beyond 30,000 years");
        }
        return Instant.ofEpochSecond(seconds, nanos);
    }

    private void member(long size) {
        left = size;
        padding = (int) (-size & (TarHeader.BLOCK - 1));
    }

    private void skip(long bytes) throws IOException {
        long todo = bytes;
        while (todo > 0) {
            if (at == end && !fill()) {
                throw new TarFault("it ends in the middle of a file");
            }
            int n = (int) Math.min(todo, end - at);
            at += n;
            todo -= n;
        }
    }

    /// False at the clean end of the stream.
    private boolean readBlock(byte[] block) throws IOException {
        int n = 0;
        while (n < block.length) {
            if (at == end && !fill()) {
                if (n == 0) {
                    return false;
                }
                throw new TarFault("it ends in the middle of a header");
            }
            int some = Math.min(block.length - n, end - at);
            System.arraycopy(buffer, at, block, n, some);
            at += some;
            n += some;
        }
        return true;
    }

    private boolean fill() throws IOException {
        at = 0;
        end = Math.max(0, in.read(buffer, 0, buffer.length));
        return end > 0;
    }
}
