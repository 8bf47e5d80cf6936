package dev.gantry.linux.netlink;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/// Attributes as they were received, by type; of two with one type the later counts, as in the kernel. What
/// is absent reads as the value given for it. A length that cannot be is EBADMSG.
public final class Attributes implements Iterable<Attributes.Attribute> {
    private static final int HEADER = 4;
    private static final int TYPE_MASK = ~(NetlinkHeader.NLA_F_NESTED | NetlinkHeader.NLA_F_NET_BYTEORDER) & 0xffff;

    public static final Attributes NONE = new Attributes(List.of());

    private final List<Attribute> all;

    private Attributes(List<Attribute> all) {
        this.all = all;
    }

    /// One attribute, its type without the bits `NLA_F_NESTED` and `NLA_F_NET_BYTEORDER`.
    public static final class Attribute {
        private final int type;
        private final byte[] source;
        private final int from;
        private final int length;

        private Attribute(int type, byte[] source, int from, int length) {
            this.type = type;
            this.source = source;
            this.from = from;
            this.length = length;
        }

        public int type() {
            return type;
        }

        public byte[] bytes() {
            return Arrays.copyOfRange(source, from, from + length);
        }

        public Attributes nested() {
            return read(source, from, from + length);
        }

        /// Up to the first NUL, or the end.
        public String string() {
            int end = from;
            while (end < from + length && source[end] != 0) {
                end++;
            }
            return new String(source, from, end - from, StandardCharsets.UTF_8);
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Attribute a
                    && a.type == type
                    && Arrays.equals(a.source, a.from, a.from + a.length, source, from, from + length);
        }

        @Override
        public int hashCode() {
            return type * 31 + Arrays.hashCode(bytes());
        }

        private ByteBuffer number(int width, ByteOrder order) {
            if (length < width) {
                throw NetlinkError.malformed("attribute " + type + " has " + length + " bytes instead of " + width);
            }
            return ByteBuffer.wrap(source, from, width).order(order);
        }
    }

    /// The attributes in `bytes`, from an offset to the end.
    public static Attributes read(byte[] bytes, int from) {
        return read(bytes, from, bytes.length);
    }

    private static Attributes read(byte[] bytes, int from, int to) {
        ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder());
        List<Attribute> found = new ArrayList<>();
        int at = from;
        while (to - at >= HEADER) {
            int length = Short.toUnsignedInt(buffer.getShort(at));
            if (length < HEADER || length > to - at) {
                throw NetlinkError.malformed("an attribute at byte " + at + " claims " + length + " bytes");
            }
            int type = Short.toUnsignedInt(buffer.getShort(at + 2)) & TYPE_MASK;
            found.add(new Attribute(type, bytes, at + HEADER, length - HEADER));
            at += (length + 3) & ~3;
        }
        return new Attributes(List.copyOf(found));
    }

    @Override
    public Iterator<Attribute> iterator() {
        return all.iterator();
    }

    public boolean has(int type) {
        return all.stream().anyMatch(a -> a.type == type);
    }

    public int u8(int type, int absent) {
        return has(type)
                ? Byte.toUnsignedInt(
                        last(type).number(1, ByteOrder.nativeOrder()).get())
                : absent;
    }

    public int u16(int type, int absent) {
        return has(type)
                ? Short.toUnsignedInt(
                        last(type).number(2, ByteOrder.nativeOrder()).getShort())
                : absent;
    }

    public int u32(int type, int absent) {
        return has(type) ? last(type).number(4, ByteOrder.nativeOrder()).getInt() : absent;
    }

    public int be16(int type, int absent) {
        return has(type)
                ? Short.toUnsignedInt(last(type).number(2, ByteOrder.BIG_ENDIAN).getShort())
                : absent;
    }

    public int be32(int type, int absent) {
        return has(type) ? last(type).number(4, ByteOrder.BIG_ENDIAN).getInt() : absent;
    }

    public long be64(int type, long absent) {
        return has(type) ? last(type).number(8, ByteOrder.BIG_ENDIAN).getLong() : absent;
    }

    /// Empty when it is absent.
    public String string(int type) {
        return has(type) ? last(type).string() : "";
    }

    /// Empty when it is absent.
    public byte[] bytes(int type) {
        return has(type) ? last(type).bytes() : new byte[0];
    }

    /// Empty when it is absent.
    public Attributes nested(int type) {
        return has(type) ? last(type).nested() : NONE;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Attributes a && a.all.equals(all);
    }

    @Override
    public int hashCode() {
        return all.hashCode();
    }

    private Attribute last(int type) {
        for (int i = all.size() - 1; i >= 0; i--) {
            if (all.get(i).type == type) {
                return all.get(i);
            }
        }
        throw new NoSuchElementException("attribute " + type);
    }
}
