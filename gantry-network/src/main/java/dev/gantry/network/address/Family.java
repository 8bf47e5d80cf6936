package dev.gantry.network.address;

/// The two kinds of addresses.
public enum Family {
    IPV4(32, "IPv4"),
    IPV6(128, "IPv6");

    private final int bits;
    private final String words;

    Family(int bits, String words) {
        this.bits = bits;
        this.words = words;
    }

    /// Length of an address.
    public int bits() {
        return bits;
    }

    /// As messages write it.
    public String words() {
        return words;
    }
}
