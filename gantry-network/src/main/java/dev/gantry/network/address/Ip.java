package dev.gantry.network.address;

import dev.gantry.base.InvalidArgument;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Optional;

/// An address as a number of 32 or 128 bits. An IPv4 address mapped into IPv6 is an IPv4 address.
public record Ip(Family family, long high, long low) implements Comparable<Ip> {
    private static final long MASK_32 = 0xffff_ffffL;

    public static final Ip ANY_V4 = new Ip(Family.IPV4, 0, 0);
    public static final Ip ANY_V6 = new Ip(Family.IPV6, 0, 0);
    public static final Ip LOOPBACK_V4 = new Ip(Family.IPV4, 0, 0x7f00_0001L);
    public static final Ip LOOPBACK_V6 = new Ip(Family.IPV6, 0, 1);

    public Ip {
        if (family == Family.IPV4 && (high != 0 || low >>> 32 != 0)) {
            throw new IllegalArgumentException("an IPv4 address has 32 bits");
        }
    }

    public static Ip parse(String text) {
        return find(text)
                .orElseThrow(() -> new InvalidArgument(
                        "read address " + text,
                        "invalid IP address",
                        "write it as 192.0.2.7 or 2001:db8::7, without a prefix length"));
    }

    /// Empty when it is no address. Strict: four decimal numbers without leading zeros, or RFC 4291 §2.2;
    /// no zone.
    public static Optional<Ip> find(String text) {
        return text.indexOf(':') < 0 ? findV4(text) : findV6(text);
    }

    private static Optional<Ip> findV4(String text) {
        long value = 0;
        int parts = 0;
        int digits = 0;
        int part = 0;
        for (int i = 0; i <= text.length(); i++) {
            char c = i == text.length() ? '.' : text.charAt(i);
            if (c == '.') {
                if (digits == 0 || part > 255 || ++parts > 4) {
                    return Optional.empty();
                }
                value = value << 8 | part;
                part = 0;
                digits = 0;
            } else if (c >= '0' && c <= '9' && digits < 3 && !(digits > 0 && part == 0)) {
                part = part * 10 + (c - '0');
                digits++;
            } else {
                return Optional.empty();
            }
        }
        return parts == 4 ? Optional.of(new Ip(Family.IPV4, 0, value)) : Optional.empty();
    }

    private static Optional<Ip> findV6(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (Character.digit(c, 16) < 0 && c != ':' && c != '.' || c > 'f') {
                return Optional.empty();
            }
        }
        try {
            return Optional.of(of(Inet6Address.ofLiteral(text)));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    public static Ip of(InetAddress address) {
        return of(address.getAddress());
    }

    /// From 4 or 16 bytes in network order.
    public static Ip of(byte[] bytes) {
        long high = 0;
        long low = 0;
        for (int i = 0; i < bytes.length; i++) {
            high = bytes.length == 16 && i < 8 ? high << 8 | bytes[i] & 0xff : high;
            low = bytes.length == 4 || i >= 8 ? low << 8 | bytes[i] & 0xff : low;
        }
        if (bytes.length == 4) {
            return new Ip(Family.IPV4, 0, low);
        }
        if (bytes.length != 16) {
            throw new IllegalArgumentException("an address has 4 or 16 bytes, not " + bytes.length);
        }
        return high == 0 && low >>> 32 == 0xffff
                ? new Ip(Family.IPV4, 0, low & MASK_32)
                : new Ip(Family.IPV6, high, low);
    }

    /// In network order.
    public byte[] bytes() {
        byte[] bytes = new byte[family.bits() / 8];
        for (int i = 0; i < bytes.length; i++) {
            int fromEnd = bytes.length - 1 - i;
            bytes[i] = (byte) (fromEnd < 8 ? low >>> fromEnd * 8 : high >>> (fromEnd - 8) * 8);
        }
        return bytes;
    }

    public InetAddress toInetAddress() {
        try {
            return InetAddress.getByAddress(bytes());
        } catch (UnknownHostException e) {
            throw new IllegalStateException("4 and 16 bytes are addresses", e);
        }
    }

    public boolean isV4() {
        return family == Family.IPV4;
    }

    /// `0.0.0.0` or `::`.
    public boolean isAny() {
        return high == 0 && low == 0;
    }

    public boolean isLoopback() {
        return isV4() ? low >>> 24 == 127 : equals(LOOPBACK_V6);
    }

    /// `169.254.0.0/16` or `fe80::/10`.
    public boolean isLinkLocal() {
        return isV4() ? low >>> 16 == 0xa9fe : high >>> 54 == 0xfe80L >>> 6;
    }

    public boolean isMulticast() {
        return isV4() ? low >>> 28 == 0xe : high >>> 56 == 0xff;
    }

    /// The address `n` further on, modulo the size of the family.
    public Ip plus(long n) {
        if (isV4()) {
            return new Ip(family, 0, low + n & MASK_32);
        }
        long sum = low + n;
        long carry =
                n >= 0 && Long.compareUnsigned(sum, low) < 0 ? 1 : n < 0 && Long.compareUnsigned(sum, low) > 0 ? -1 : 0;
        return new Ip(family, high + carry, sum);
    }

    /// The first `prefix` bits, then zeros.
    public Ip masked(int prefix) {
        if (isV4()) {
            return new Ip(family, 0, prefix == 0 ? 0 : low & MASK_32 << 32 - prefix & MASK_32);
        }
        long h = prefix == 0 ? 0 : prefix >= 64 ? high : high & -1L << 64 - prefix;
        long l = prefix <= 64 ? 0 : low & -1L << 128 - prefix;
        return new Ip(family, h, l);
    }

    /// The first `prefix` bits, then ones.
    Ip filled(int prefix) {
        Ip zeros = masked(prefix);
        if (isV4()) {
            return new Ip(family, 0, prefix == 32 ? low : zeros.low | MASK_32 >>> prefix);
        }
        long h = prefix >= 64 ? zeros.high : prefix == 0 ? -1L : zeros.high | -1L >>> prefix;
        long l = prefix == 128 ? zeros.low : prefix <= 64 ? -1L : zeros.low | -1L >>> prefix - 64;
        return new Ip(family, h, l);
    }

    @Override
    public int compareTo(Ip other) {
        int byFamily = family.compareTo(other.family);
        int byHigh = byFamily != 0 ? byFamily : Long.compareUnsigned(high, other.high);
        return byHigh != 0 ? byHigh : Long.compareUnsigned(low, other.low);
    }

    /// The usual form; IPv6 as in RFC 5952 §4.
    @Override
    public String toString() {
        if (isV4()) {
            return (low >>> 24) + "." + (low >>> 16 & 255) + "." + (low >>> 8 & 255) + "." + (low & 255);
        }
        int[] groups = new int[8];
        for (int i = 0; i < 8; i++) {
            groups[i] = (int) ((i < 4 ? high >>> 48 - 16 * i : low >>> 48 - 16 * (i - 4)) & 0xffff);
        }
        int bestStart = -1;
        int bestLength = 1;
        for (int i = 0; i < 8; i++) {
            int length = 0;
            while (i + length < 8 && groups[i + length] == 0) {
                length++;
            }
            if (length > bestLength) {
                bestStart = i;
                bestLength = length;
            }
            i += length;
        }
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < 8; i++) {
            if (i == bestStart) {
                text.append("::");
                i += bestLength - 1;
            } else {
                if (!text.isEmpty() && text.charAt(text.length() - 1) != ':') {
                    text.append(':');
                }
                text.append(Integer.toHexString(groups[i]));
            }
        }
        return text.toString();
    }
}
