package dev.gantry.engine.container;

import dev.gantry.runtime.oci.RestorePlan;
import java.nio.file.Path;

/// A start from a checkpoint.
///
/// @param criu the program that does it
record Restoration(String criu, Checkpoint checkpoint) {
    /// What a watch obeys instead of `plan`, which stays the container's own for all else.
    ///
    /// @param watch the directory of the watch
    EncodedPlan of(EncodedPlan plan, Path watch) {
        return EncodedPlan.of(RestorePlan.of(
                plan.plan(),
                new RestorePlan.From(
                        criu,
                        checkpoint.directory().toString(),
                        watch.toString(),
                        checkpoint.outside(),
                        checkpoint.inherited())));
    }
}
