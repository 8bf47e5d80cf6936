package dev.gantry.images.content;

import dev.gantry.base.Digest;
import dev.gantry.base.InvalidArgument;

/// The words for content that is not what its name promises.
final class Mismatch {
    private Mismatch() {}

    static InvalidArgument of(Digest expected, long size, Digest actual, long actualSize) {
        String why = size >= 0 && size != actualSize
                ? "it has " + actualSize + " bytes instead of " + size
                : "its digest is " + actual;
        return new InvalidArgument(
                "verify content " + expected, why, "transfer it again, and distrust the source if it stays so");
    }
}
