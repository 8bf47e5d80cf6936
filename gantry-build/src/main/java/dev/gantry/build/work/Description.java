package dev.gantry.build.work;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.gantry.base.Digest;
import dev.gantry.linux.FileName;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/// What files are, as a digest. Each part that may be long or short is written with its length: nobody can write one
/// tree so that it looks like another.
final class Description {
    private final MessageDigest sha256;

    Description() {
        try {
            sha256 = MessageDigest.getInstance(Digest.Algorithm.SHA256.jcaName());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    /// Of a file, with each byte that it has.
    Description name(String name) {
        return bytes(FileName.encode(name));
    }

    Description text(String text) {
        return bytes(text.getBytes(UTF_8));
    }

    Description number(long number) {
        sha256.update(ByteBuffer.allocate(Long.BYTES).putLong(0, number));
        return this;
    }

    Description bytes(byte[] bytes) {
        number(bytes.length);
        sha256.update(bytes);
        return this;
    }

    Digest digest() {
        return Digest.sha256(HexFormat.of().formatHex(sha256.digest()));
    }
}
