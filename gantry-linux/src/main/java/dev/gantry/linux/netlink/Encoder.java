package dev.gantry.linux.netlink;

import dev.gantry.linux.Errno;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.function.Consumer;

/// Writes what follows the `nlmsghdr`: first the fixed header of the family, field by field, then attributes
/// (`struct nlattr`: u16 length with itself, u16 type, value, padding to four). Numbers are in the order of
/// the host, but for those called `be…`. netlink(7).
public final class Encoder {
    private static final VarHandle U16 = MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.nativeOrder());
    private static final VarHandle U32 = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.nativeOrder());
    private static final VarHandle BE16 = MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle BE32 = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle BE64 = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

    private static final int HEADER = 4;
    private static final int LONGEST = 0xffff;

    /// Replaced when it is full: `grow` and `begin` come first, in a statement of their own.
    private byte[] bytes = new byte[128];
    private int size;

    // Fields of the fixed header.

    public Encoder u8(int value) {
        int at = grow(1);
        bytes[at] = (byte) value;
        return this;
    }

    public Encoder u16(int value) {
        int at = grow(2);
        U16.set(bytes, at, (short) value);
        return this;
    }

    public Encoder u32(int value) {
        int at = grow(4);
        U32.set(bytes, at, value);
        return this;
    }

    public Encoder be16(int value) {
        int at = grow(2);
        BE16.set(bytes, at, (short) value);
        return this;
    }

    // Attributes.

    public Encoder u8(int type, int value) {
        int at = begin(type, 1);
        bytes[at] = (byte) value;
        return this;
    }

    public Encoder u16(int type, int value) {
        int at = begin(type, 2);
        U16.set(bytes, at, (short) value);
        return this;
    }

    public Encoder u32(int type, int value) {
        int at = begin(type, 4);
        U32.set(bytes, at, value);
        return this;
    }

    public Encoder be16(int type, int value) {
        int at = begin(type, 2);
        BE16.set(bytes, at, (short) value);
        return this;
    }

    public Encoder be32(int type, int value) {
        int at = begin(type, 4);
        BE32.set(bytes, at, value);
        return this;
    }

    public Encoder be64(int type, long value) {
        int at = begin(type, 8);
        BE64.set(bytes, at, value);
        return this;
    }

    /// With its terminating NUL. A NUL inside would silently cut it: EINVAL.
    public Encoder string(int type, String value) {
        if (value.indexOf('\0') >= 0) {
            throw new NetlinkError("write " + value.replace('\0', '?'), Errno.EINVAL, "a name holds a NUL");
        }
        byte[] text = value.getBytes(StandardCharsets.UTF_8);
        int at = begin(type, text.length + 1);
        System.arraycopy(text, 0, bytes, at, text.length);
        return this;
    }

    public Encoder bytes(int type, byte[] value) {
        int at = begin(type, value.length);
        System.arraycopy(value, 0, bytes, at, value.length);
        return this;
    }

    /// Attributes within an attribute, with `NLA_F_NESTED`.
    public Encoder nest(int type, Consumer<Encoder> inside) {
        int start = begin(type | NetlinkHeader.NLA_F_NESTED, 0) - HEADER;
        inside.accept(this);
        int length = size - start;
        if (length > LONGEST) {
            throw tooLong(type, length);
        }
        U16.set(bytes, start, (short) length);
        return this;
    }

    /// Attributes that were written before.
    public Encoder nested(int type, byte[] attributes) {
        return bytes(type | NetlinkHeader.NLA_F_NESTED, attributes);
    }

    /// All that was written so far.
    public byte[] toBytes() {
        return Arrays.copyOf(bytes, size);
    }

    /// The message made of it; `what` is how errors call it: `create link br0`.
    public Message message(String what, int type, int flags) {
        return new Message(what, type, flags, 0, toBytes());
    }

    /// Where the value of a new attribute begins; the padding behind it is zero.
    private int begin(int type, int valueLength) {
        int length = HEADER + valueLength;
        if (length > LONGEST) {
            throw tooLong(type, length);
        }
        int at = grow((length + 3) & ~3);
        U16.set(bytes, at, (short) length);
        U16.set(bytes, at + 2, (short) type);
        return at + HEADER;
    }

    private int grow(int more) {
        int at = size;
        size += more;
        if (size > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.max(size, bytes.length * 2));
        }
        return at;
    }

    private static NetlinkError tooLong(int type, int length) {
        return new NetlinkError(
                "write attribute " + (type & ~NetlinkHeader.NLA_F_NESTED),
                Errno.EMSGSIZE,
                length + " bytes, and an attribute has at most " + LONGEST);
    }
}
