package dev.gantry.images.document;

import dev.gantry.base.Platform;
import java.util.OptionalInt;

/// Which of several platforms a host should take. OCI image-spec 1.1 §image-index "Platform Variants".
public final class PlatformMatch {
    private PlatformMatch() {}

    /// Lower is better; empty when `offered` cannot run where `wanted` is asked for.
    public static OptionalInt rank(Platform offered, Platform wanted) {
        if (!offered.os().equals(wanted.os()) || !offered.architecture().equals(wanted.architecture())) {
            return OptionalInt.empty();
        }
        String have = normal(offered);
        String want = normal(wanted);
        if (have.equals(want)) {
            return OptionalInt.of(0);
        }
        if (have.isEmpty()) {
            return OptionalInt.of(50);
        }
        if (want.isEmpty()) {
            // Not asked for any: the oldest runs everywhere.
            return OptionalInt.of(have.equals("v1") || have.equals("v8") ? 1 : 60 + level(have));
        }
        int older = level(want) - level(have);
        return older > 0 && level(have) >= 0 ? OptionalInt.of(older) : OptionalInt.empty();
    }

    /// Whether both mean one and the same, in whatever words: not what could run there too.
    public static boolean same(Platform one, Platform other) {
        return one.os().equals(other.os())
                && one.architecture().equals(other.architecture())
                && normal(one).equals(normal(other));
    }

    /// `v8` is what arm64 is, and `v7` what arm is, when nothing is said.
    private static String normal(Platform platform) {
        return switch (platform.architecture() + "/" + platform.variant()) {
            case "arm64/v8", "arm64/8" -> "";
            case "arm/" -> "v7";
            case "amd64/v1" -> "";
            default -> platform.variant();
        };
    }

    private static int level(String variant) {
        if (variant.isEmpty()) {
            return 0;
        }
        String digits = variant.startsWith("v") ? variant.substring(1) : variant;
        return digits.matches("[0-9]{1,2}") ? Integer.parseInt(digits) : -1;
    }
}
