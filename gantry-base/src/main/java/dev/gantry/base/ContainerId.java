package dev.gantry.base;

import java.util.HexFormat;
import java.util.random.RandomGenerator;

/// The 64 hex digits that name a container or an exec for ever.
public record ContainerId(String hex) {
    public ContainerId {
        if (hex.length() != 64 || !hex.chars().allMatch(c -> (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'))) {
            throw new InvalidArgument(
                    "read id " + hex, "expected 64 lower-case hex digits", "copy it from gantry ps --no-trunc");
        }
    }

    public static ContainerId random(RandomGenerator random) {
        byte[] bytes = new byte[32];
        random.nextBytes(bytes);
        return new ContainerId(HexFormat.of().formatHex(bytes));
    }

    /// The first twelve digits, as listings show them.
    public String shortHex() {
        return hex.substring(0, 12);
    }

    @Override
    public String toString() {
        return hex;
    }
}
