package dev.gantry.network.model;

import dev.gantry.base.InvalidArgument;
import java.util.HexFormat;
import java.util.random.RandomGenerator;

/// The 64 hex digits that name a container's place in a network for ever.
public record EndpointId(String hex) {
    public EndpointId {
        if (hex.length() != 64 || !hex.chars().allMatch(c -> (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'))) {
            throw new InvalidArgument(
                    "read endpoint id " + hex,
                    "expected 64 lower-case hex digits",
                    "copy it from gantry network inspect");
        }
    }

    public static EndpointId random(RandomGenerator random) {
        byte[] bytes = new byte[32];
        random.nextBytes(bytes);
        return new EndpointId(HexFormat.of().formatHex(bytes));
    }

    /// The first twelve digits, as listings and interface names show them.
    public String shortHex() {
        return hex.substring(0, 12);
    }

    @Override
    public String toString() {
        return hex;
    }
}
