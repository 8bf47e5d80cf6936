package dev.gantry.runtime.oci;

import dev.gantry.base.InvalidArgument;

/// Hands out the numbers by which the steps of one plan name descriptors.
final class Slots {
    /// `docs/shim-protocol.md` §Plan.
    private static final int LIMIT = 64;

    private int next;

    long take(String forWhat) {
        if (next == LIMIT) {
            throw new InvalidArgument(
                    "compile launch plan",
                    "no descriptor is left for " + forWhat + ", a plan has " + LIMIT,
                    "ask for fewer bind mounts");
        }
        return next++;
    }
}
