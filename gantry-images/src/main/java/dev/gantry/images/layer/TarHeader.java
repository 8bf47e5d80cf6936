package dev.gantry.images.layer;

import dev.gantry.linux.FileName;
import java.util.ArrayList;
import java.util.List;

/// One header block of 512 bytes: POSIX.1-2017 pax §"ustar Interchange Format", and what GNU tar put in its
/// place.
final class TarHeader {
    static final int BLOCK = 512;

    private final byte[] block;
    private final boolean posix;
    private final boolean gnu;

    private TarHeader(byte[] block) {
        this.block = block;
        this.posix = text(257, 6).equals("ustar") && block[263] == '0';
        this.gnu = block[262] == ' ' && text(257, 6).equals("ustar ");
    }

    /// Checks the sum over the block before anything in it is believed.
    static TarHeader of(byte[] block) {
        TarHeader header = new TarHeader(block);
        long unsigned = 0;
        long signed = 0;
        for (int i = 0; i < BLOCK; i++) {
            boolean inChecksum = i >= 148 && i < 156;
            unsigned += inChecksum ? ' ' : block[i] & 0xff;
            signed += inChecksum ? ' ' : block[i];
        }
        long stated = header.number(148, 8);
        if (stated != unsigned && stated != signed) {
            throw new TarFault("a header has a wrong checksum");
        }
        return header;
    }

    static boolean isZero(byte[] block) {
        for (byte b : block) {
            if (b != 0) {
                return false;
            }
        }
        return true;
    }

    char type() {
        return (char) (block[156] & 0xff);
    }

    String path() {
        String name = text(0, 100);
        String prefix = posix ? text(345, 155) : "";
        return prefix.isEmpty() ? name : prefix + "/" + name;
    }

    String link() {
        return text(157, 100);
    }

    int mode() {
        return (int) number(100, 8) & 07777;
    }

    long uid() {
        return number(108, 8);
    }

    long gid() {
        return number(116, 8);
    }

    long size() {
        return number(124, 12);
    }

    long modifiedSeconds() {
        return number(136, 12);
    }

    int major() {
        return posix || gnu ? (int) number(329, 8) : 0;
    }

    int minor() {
        return posix || gnu ? (int) number(337, 8) : 0;
    }

    /// The four extents that an old GNU sparse header holds itself.
    List<TarEntry.Extent> gnuExtents() {
        return extents(386, 4);
    }

    boolean gnuContinues() {
        return block[482] != 0;
    }

    long gnuRealSize() {
        return number(483, 12);
    }

    /// A continuation block of an old GNU sparse header: 21 extents and a flag.
    static List<TarEntry.Extent> continuedExtents(byte[] block) {
        return new TarHeader(block).extents(0, 21);
    }

    static boolean continues(byte[] block) {
        return block[504] != 0;
    }

    private List<TarEntry.Extent> extents(int at, int count) {
        List<TarEntry.Extent> extents = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int start = at + 24 * i;
            if (block[start] == 0) {
                break;
            }
            extents.add(new TarEntry.Extent(number(start, 12), number(start + 12, 12)));
        }
        return extents;
    }

    private String text(int at, int length) {
        int end = at;
        while (end < at + length && block[end] != 0) {
            end++;
        }
        return FileName.decode(block, at, end - at);
    }

    /// Octal digits between blanks or NULs, or, with the top bit set, a big-endian number in two's
    /// complement.
    private long number(int at, int length) {
        if ((block[at] & 0x80) != 0) {
            return binary(at, length);
        }
        int i = at;
        int end = at + length;
        while (i < end && (block[i] == ' ' || block[i] == 0)) {
            i++;
        }
        long value = 0;
        while (i < end && block[i] >= '0' && block[i] <= '7') {
            value = value << 3 | (block[i] - '0');
            i++;
        }
        while (i < end) {
            if (block[i] != ' ' && block[i] != 0) {
                throw new TarFault("a header has a number that is none");
            }
            i++;
        }
        return value;
    }

    private long binary(int at, int length) {
        boolean negative = (block[at] & 0x40) != 0;
        long value = negative ? -1 : 0;
        for (int i = 0; i < length; i++) {
            int b = block[at + i] & 0xff;
            if (i == 0) {
                b = negative ? b : b & 0x7f;
            }
            if (i < length - 8 && b != (negative ? 0xff : 0)) {
                throw new TarFault("a header has a number beyond 64 bits");
            }
            value = value << 8 | b;
        }
        if (value < 0 != negative) {
            throw new TarFault("a header has a number beyond 64 bits");
        }
        return value;
    }
}
