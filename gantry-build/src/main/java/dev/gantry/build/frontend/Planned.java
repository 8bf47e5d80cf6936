package dev.gantry.build.frontend;

import dev.gantry.build.check.Finding;
import dev.gantry.build.graph.ImagePlan;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// What became of a Dockerfile.
///
/// @param time of the image and its history, as `SOURCE_DATE_EPOCH` says; empty: it says nothing
/// @param unused arguments that were given and that no `ARG` declares, in their order
/// @param cacheInline whether the image is to say what its steps were made of (`BUILDKIT_INLINE_CACHE`)
public record Planned(
        ImagePlan image, List<Finding> findings, List<String> unused, Optional<Instant> time, boolean cacheInline) {
    public Planned {
        unused = List.copyOf(unused);
        findings = List.copyOf(findings);
    }
}
