package dev.gantry.linux.netlink.route;

import dev.gantry.base.InvalidArgument;
import java.util.Locale;

/// An Ethernet address of 48 bits: `02:42:ac:11:00:02`.
public record MacAddress(long bits) {
    public static final int SIZE = 6;

    /// Stands for every address in a forwarding entry of VXLAN: where to send what has no entry.
    public static final MacAddress ZERO = new MacAddress(0);

    public MacAddress {
        if (bits >>> 48 != 0) {
            throw new IllegalArgumentException("a MAC address has 48 bits: " + Long.toHexString(bits));
        }
    }

    public static MacAddress parse(String text) {
        String[] parts = text.toLowerCase(Locale.ROOT).split("[:-]", -1);
        long bits = 0;
        boolean right = parts.length == SIZE;
        for (int i = 0; right && i < SIZE; i++) {
            right = parts[i].matches("[0-9a-f]{2}");
            bits = right ? bits << 8 | Integer.parseInt(parts[i], 16) : bits;
        }
        if (!right) {
            throw new InvalidArgument(
                    "read MAC address " + text, "it is not six pairs of hex digits", "write it as 02:42:ac:11:00:02");
        }
        return new MacAddress(bits);
    }

    /// `bytes` has six.
    static MacAddress of(byte[] bytes) {
        long bits = 0;
        for (int i = 0; i < SIZE; i++) {
            bits = bits << 8 | Byte.toUnsignedLong(bytes[i]);
        }
        return new MacAddress(bits);
    }

    public byte[] toBytes() {
        byte[] bytes = new byte[SIZE];
        for (int i = 0; i < SIZE; i++) {
            bytes[i] = (byte) (bits >>> 8 * (SIZE - 1 - i));
        }
        return bytes;
    }

    @Override
    public String toString() {
        var text = new StringBuilder();
        for (byte b : toBytes()) {
            text.append(text.isEmpty() ? "" : ":").append(String.format("%02x", b));
        }
        return text.toString();
    }
}
