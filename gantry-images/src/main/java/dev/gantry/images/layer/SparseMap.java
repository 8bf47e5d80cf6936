package dev.gantry.images.layer;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/// Which parts of a sparse file an archive has bytes for. GNU tar manual §"Storing Sparse Files".
final class SparseMap {
    private static final int MOST_EXTENTS = 1 << 18;

    private final long realSize;
    private final List<TarEntry.Extent> extents = new ArrayList<>();

    SparseMap(long realSize) {
        this.realSize = realSize;
    }

    /// A line of text from the data.
    interface Lines {
        String next() throws IOException;
    }

    /// Skips to the first byte of content, answers how many bytes of it there are.
    interface Content {
        long start(long packed) throws IOException;
    }

    /// Offset and length in turn, as pax headers have them.
    static SparseMap of(List<Long> numbers, long realSize, long packed) {
        SparseMap map = new SparseMap(realSize);
        if (numbers.size() % 2 != 0) {
            throw new TarFault("a sparse map has an offset without a length");
        }
        for (int i = 0; i < numbers.size(); i += 2) {
            map.add(new TarEntry.Extent(numbers.get(i), numbers.get(i + 1)));
        }
        return map.checked(packed);
    }

    /// Sparse 1.0: decimal lines at the start of the data, the first one says how many extents follow.
    static SparseMap inData(Lines lines, long realSize, long packed, Content content) throws IOException {
        SparseMap map = new SparseMap(realSize);
        long count = PaxRecords.decimal(lines.next());
        if (count < 0 || count > MOST_EXTENTS) {
            throw new TarFault("a sparse map has " + count + " extents, more than " + MOST_EXTENTS);
        }
        for (long i = 0; i < count; i++) {
            map.add(new TarEntry.Extent(PaxRecords.decimal(lines.next()), PaxRecords.decimal(lines.next())));
        }
        return map.checked(content.start(packed));
    }

    void addAll(List<TarEntry.Extent> more) {
        more.forEach(this::add);
    }

    private void add(TarEntry.Extent extent) {
        if (extents.size() == MOST_EXTENTS) {
            throw new TarFault("a sparse map has more than " + MOST_EXTENTS + " extents");
        }
        extents.add(extent);
    }

    /// In order, without overlap, inside the file, and as many bytes as the archive has.
    SparseMap checked(long packed) {
        long end = 0;
        long sum = 0;
        for (TarEntry.Extent e : extents) {
            if (e.offset() < end || e.length() < 0 || e.offset() > realSize || e.length() > realSize - e.offset()) {
                throw new TarFault("a sparse map leaves its file or overlaps");
            }
            end = e.offset() + e.length();
            sum += e.length();
        }
        if (realSize < 0 || sum != packed) {
            throw new TarFault("a sparse map is for " + sum + " bytes and the archive has " + packed);
        }
        return this;
    }

    long realSize() {
        return realSize;
    }

    List<TarEntry.Extent> extents() {
        return extents;
    }
}
