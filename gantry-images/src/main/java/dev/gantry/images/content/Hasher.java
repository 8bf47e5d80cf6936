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
