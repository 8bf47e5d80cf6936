package dev.gantry.base;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/// A content address such as `sha256:9f86…`, as in OCI image-spec 1.1 §descriptor "Digests".
public record Digest(Algorithm algorithm, String hex) {
    /// The registered algorithms of OCI image-spec 1.1 §descriptor.
    public enum Algorithm {
        SHA256("sha256", "SHA-256", 64),
        SHA512("sha512", "SHA-512", 128);

        private final String wireName;
        private final String jcaName;
        private final int hexLength;

        Algorithm(String wireName, String jcaName, int hexLength) {
            this.wireName = wireName;
            this.jcaName = jcaName;
            this.hexLength = hexLength;
        }

        public String wireName() {
            return wireName;
        }

        /// The name for `MessageDigest.getInstance`.
        public String jcaName() {
            return jcaName;
        }

        public int hexLength() {
            return hexLength;
        }
    }

    public Digest {
        if (hex.length() != algorithm.hexLength() || !isLowerHex(hex)) {
            throw new InvalidArgument(
                    "read digest " + algorithm.wireName() + ":" + hex,
                    "expected " + algorithm.hexLength() + " lower-case hex digits",
                    "copy it again from where it came from");
        }
    }

    public static Digest sha256(String hex) {
        return new Digest(Algorithm.SHA256, hex);
    }

    /// Of these bytes.
    public static Digest sha256Of(byte[] bytes) {
        try {
            return sha256(HexFormat.of()
                    .formatHex(MessageDigest.getInstance(Algorithm.SHA256.jcaName())
                            .digest(bytes)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    /// Of a text, in UTF-8.
    public static Digest sha256Of(String text) {
        return sha256Of(text.getBytes(StandardCharsets.UTF_8));
    }

    /// Reads `algorithm:hex`.
    public static Digest parse(String text) {
        int colon = text.indexOf(':');
        if (colon > 0) {
            for (Algorithm a : Algorithm.values()) {
                if (text.substring(0, colon).equals(a.wireName())) {
                    return new Digest(a, text.substring(colon + 1));
                }
            }
        }
        throw new InvalidArgument(
                "read digest " + text,
                "expected sha256: or sha512: and hex digits",
                "copy it again from where it came from");
    }

    /// The first twelve hex digits, as listings show them.
    public String shortHex() {
        return hex.substring(0, 12);
    }

    @Override
    public String toString() {
        return algorithm.wireName() + ":" + hex;
    }

    private static boolean isLowerHex(String s) {
        return s.chars().allMatch(c -> (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'));
    }
}
