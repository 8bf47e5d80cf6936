package dev.gantry.images.content;

import dev.gantry.base.Digest;
import dev.gantry.base.InvalidArgument;

/// The name of a transfer into the store, such as `layer-sha256-9f86…`: file-name safe, at most 128
/// characters.
public record IngestName(String text) {
    public IngestName {
        if (!isValid(text)) {
            throw new InvalidArgument(
                    "name ingest " + text, "expected letters, digits, dot, dash", "choose another name");
        }
    }

    /// Prefix of transfers that the next pull of the same blob continues.
    public static final String PULL = "pull";

    /// The transfer of a blob whose digest is known before it comes.
    public static IngestName of(String prefix, Digest digest) {
        return new IngestName(prefix + "-" + key(digest));
    }

    /// Whether this is a transfer of that blob, under any prefix.
    public boolean isFor(Digest digest) {
        return text.endsWith("-" + key(digest));
    }

    private static String key(Digest digest) {
        return digest.algorithm().wireName() + "-" + digest.hex().substring(0, 64);
    }

    static boolean isValid(String text) {
        return text.matches("[a-zA-Z0-9][a-zA-Z0-9._-]{0,127}");
    }
}
