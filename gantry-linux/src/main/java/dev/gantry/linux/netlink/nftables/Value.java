package dev.gantry.linux.netlink.nftables;

import dev.gantry.base.InvalidArgument;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Bytes as nf_tables has them in its registers: addresses and ports in the order of the network, marks and
/// indices in that of the host, names padded with zeros to 16.
public final class Value {
    private static final int NAME_SIZE = 16; // IFNAMSIZ of <linux/if.h>

    private final byte[] bytes;

    private Value(byte[] bytes) {
        this.bytes = bytes;
    }

    public static Value of(byte[] bytes) {
        return new Value(bytes.clone());
    }

    public static Value of(InetAddress address) {
        return new Value(address.getAddress());
    }

    public static Value port(int port) {
        if (port < 0 || port > 0xffff) {
            throw new InvalidArgument("use port " + port, "a port has 16 bits", "give one from 0 to 65535");
        }
        return new Value(new byte[] {(byte) (port >> 8), (byte) port});
    }

    /// The family 4 or 6 of a packet.
    public static Value family(int version) {
        return u8(version == 4 ? NftHeader.NFPROTO_IPV4 : NftHeader.NFPROTO_IPV6);
    }

    public static Value u8(int number) {
        return new Value(new byte[] {(byte) number});
    }

    /// In the order of the host: marks, indices, states.
    public static Value u32(int number) {
        return new Value(ByteBuffer.allocate(4)
                .order(ByteOrder.nativeOrder())
                .putInt(number)
                .array());
    }

    /// The whole name of an interface.
    public static Value interfaceName(String name) {
        return new Value(Arrays.copyOf(name(name), NAME_SIZE));
    }

    /// What names begin with.
    static Value interfacePrefix(String prefix) {
        return new Value(name(prefix));
    }

    private static byte[] name(String name) {
        byte[] text = name.getBytes(StandardCharsets.UTF_8);
        if (text.length == 0 || text.length >= NAME_SIZE || name.indexOf('\0') >= 0) {
            throw new InvalidArgument(
                    "use interface name " + name.replace('\0', '?'), "it has 1 to 15 bytes", "give a shorter one");
        }
        return text;
    }

    /// The first bits set, as wide as an address of this size.
    static Value mask(int bits, int size) {
        byte[] mask = new byte[size];
        for (int i = 0; i < bits; i++) {
            mask[i / 8] |= (byte) (0x80 >> i % 8);
        }
        return new Value(mask);
    }

    Value and(Value mask) {
        byte[] both = bytes.clone();
        for (int i = 0; i < both.length; i++) {
            both[i] &= mask.bytes[i];
        }
        return new Value(both);
    }

    /// With the bits of `mask` unset, set: the last address of a prefix.
    Value orNot(Value mask) {
        byte[] last = bytes.clone();
        for (int i = 0; i < last.length; i++) {
            last[i] |= (byte) ~mask.bytes[i];
        }
        return new Value(last);
    }

    /// The next or the one before, as a number in the order of the network; wraps around to itself with zeros or
    /// ones alone.
    Value plus(int step) {
        byte[] next = bytes.clone();
        int carry = step;
        for (int i = next.length - 1; i >= 0 && carry != 0; i--) {
            int sum = Byte.toUnsignedInt(next[i]) + carry;
            next[i] = (byte) sum;
            carry = sum >> 8;
        }
        return new Value(next);
    }

    boolean isLast() {
        for (byte b : bytes) {
            if (b != -1) {
                return false;
            }
        }
        return true;
    }

    public byte[] bytes() {
        return bytes.clone();
    }

    public int size() {
        return bytes.length;
    }

    /// Several behind each other: each padded to four bytes, unless it is alone.
    static Value join(List<Value> parts) {
        if (parts.size() == 1) {
            return parts.getFirst();
        }
        ByteBuffer all = ByteBuffer.allocate(
                parts.stream().mapToInt(p -> p.bytes.length + 3 & ~3).sum());
        for (Value p : parts) {
            all.put(Arrays.copyOf(p.bytes, p.bytes.length + 3 & ~3));
        }
        return new Value(all.array());
    }

    /// The parts again; the whole when it does not have the size of the types.
    static List<Value> split(byte[] bytes, List<KeyType> types) {
        if (types.size() == 1 || bytes.length != KeyType.size(types) || types.contains(KeyType.OTHER)) {
            return List.of(of(bytes));
        }
        List<Value> parts = new ArrayList<>();
        int at = 0;
        for (KeyType t : types) {
            parts.add(new Value(Arrays.copyOfRange(bytes, at, at + t.size())));
            at += t.paddedSize();
        }
        return List.copyOf(parts);
    }

    static int family(InetAddress address) {
        return address instanceof Inet4Address ? NftHeader.NFPROTO_IPV4 : NftHeader.NFPROTO_IPV6;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Value v && Arrays.equals(v.bytes, bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }

    @Override
    public String toString() {
        return HexFormat.of().formatHex(bytes);
    }
}
