package dev.gantry.network.address;

import dev.gantry.base.InvalidArgument;
import java.util.HexFormat;
import java.util.random.RandomGenerator;

/// A hardware address of one station: six bytes, lower-case hex with colons.
public record MacAddress(String text) {
    private static final HexFormat COLONS = HexFormat.ofDelimiter(":");
    private static final int MULTICAST = 1;
    private static final int LOCAL = 2;

    /// Of an interface that keeps whatever it has.
    public static final MacAddress UNKNOWN = new MacAddress("00:00:00:00:00:00");

    public MacAddress {
        text = text.replace('-', ':').toLowerCase(java.util.Locale.ROOT);
        byte[] bytes;
        try {
            bytes = COLONS.parseHex(text);
        } catch (IllegalArgumentException e) {
            bytes = new byte[0];
        }
        if (bytes.length != 6) {
            throw new InvalidArgument(
                    "read MAC address " + text, "invalid mac address", "write six bytes as 92:d0:c6:0a:29:33");
        }
        if ((bytes[0] & MULTICAST) != 0) {
            throw new InvalidArgument(
                    "read MAC address " + text,
                    "it is a group address: the lowest bit of its first byte is set",
                    "use an even first byte, such as 02");
        }
    }

    /// `02:42:` and the address, as docker's users know it: the neighbours' caches stay right when an
    /// address moves.
    public static MacAddress of(Ip ipv4) {
        byte[] ip = ipv4.bytes();
        return new MacAddress(COLONS.formatHex(new byte[] {LOCAL, 0x42, ip[0], ip[1], ip[2], ip[3]}));
    }

    /// For endpoints without an IPv4 address: locally administered, one station.
    public static MacAddress random(RandomGenerator random) {
        byte[] bytes = new byte[6];
        random.nextBytes(bytes);
        bytes[0] = (byte) (bytes[0] & ~MULTICAST | LOCAL);
        return new MacAddress(COLONS.formatHex(bytes));
    }

    public byte[] bytes() {
        return COLONS.parseHex(text);
    }

    /// As engines say it to their users: empty where nobody knows it.
    public String known() {
        return equals(UNKNOWN) ? "" : text;
    }

    @Override
    public String toString() {
        return text;
    }
}
