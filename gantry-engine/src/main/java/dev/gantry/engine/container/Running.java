package dev.gantry.engine.container;

import dev.gantry.base.ContainerId;
import dev.gantry.images.snapshot.RootFs;
import dev.gantry.runtime.oci.LaunchContext.Peer;
import dev.gantry.runtime.plan.LaunchPlan;
import java.nio.file.Path;
import java.util.Map;

/// What an exec needs of a running container: its init, the plan it was started with, and what
/// events say of it.
public record Running(
        ContainerId id,
        String name,
        Peer init,
        LaunchPlan plan,
        Path watchDirectory,
        RootFs root,
        Map<String, String> attributes) {
    public Running {
        attributes = Map.copyOf(attributes);
    }
}
