package dev.gantry.network.encryption;

import dev.gantry.linux.netlink.xfrm.Association;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;

/// The key of one direction between two hosts, and the number by which its receiver finds it. Both hosts take it from
/// the connection on which the sender speaks (TLS exporter, RFC 8446 §7.5): nobody sends a key, whoever learns the key
/// of a certificate later knows none that was used, and a new connection has a new key.
public final class TunnelKey {
    /// The label of the exporter; its context is [#context].
    public static final String LABEL = "EXPORTER-gantry-overlay-esp";

    /// How much is exported: the number, then key and salt.
    public static final int EXPORTED = Integer.BYTES + Association.SECRET;

    /// Below it are numbers that have a meaning, RFC 4303 §2.1.
    private static final int FIRST = 0x100;

    private final int number;
    private final byte[] secret;

    private TunnelKey(int number, byte[] secret) {
        this.number = number;
        this.secret = secret;
    }

    /// @param exported by [#LABEL] and [#context], [#EXPORTED] bytes
    public static TunnelKey of(byte[] exported) {
        if (exported.length != EXPORTED) {
            throw new IllegalArgumentException(EXPORTED + " bytes are exported, not " + exported.length);
        }
        int number = 0;
        for (int i = 0; i < Integer.BYTES; i++) {
            number = number << Byte.SIZE | exported[i] & 0xff;
        }
        boolean reserved = Integer.compareUnsigned(number, FIRST) < 0;
        return new TunnelKey(reserved ? number | FIRST : number, Arrays.copyOfRange(exported, Integer.BYTES, EXPORTED));
    }

    /// The version, so that another way of using the bytes gives other bytes.
    public static byte[] context() {
        return "1".getBytes(StandardCharsets.US_ASCII);
    }

    int number() {
        return number;
    }

    byte[] secret() {
        return secret.clone();
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof TunnelKey other && number == other.number && Arrays.equals(secret, other.secret);
    }

    @Override
    public int hashCode() {
        return number;
    }

    /// Its number alone.
    @Override
    public String toString() {
        return HexFormat.of().toHexDigits(number);
    }
}
