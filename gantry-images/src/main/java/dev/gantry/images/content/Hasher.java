package dev.gantry.images.content;

import dev.gantry.base.Digest;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/// A growing digest.
public final class Hasher {
    private final Digest.Algorithm algorithm;
    private final MessageDigest digest;

    public Hasher(Digest.Algorithm algorithm) {
        this.algorithm = algorithm;
        try {
            this.digest = MessageDigest.getInstance(algorithm.jcaName());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has " + algorithm.jcaName(), e);
        }
    }

    /// The SHA-256 of some bytes.
    public static Digest sha256(byte[] bytes) {
        Hasher hasher = new Hasher(Digest.Algorithm.SHA256);
        hasher.update(bytes, 0, bytes.length);
        return hasher.digest();
    }

    public void update(byte[] bytes, int from, int length) {
        digest.update(bytes, from, length);
    }

    public void update(ByteBuffer bytes) {
        digest.update(bytes);
    }

    /// Ends it.
    public Digest digest() {
        return new Digest(algorithm, HexFormat.of().formatHex(digest.digest()));
    }
}
