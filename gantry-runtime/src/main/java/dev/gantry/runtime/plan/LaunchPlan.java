package dev.gantry.runtime.plan;

import java.util.List;

/// What the shim shall do for one container or exec, in order. Made by `runtime.oci`.
public record LaunchPlan(List<Step> steps) {
    public LaunchPlan {
        steps = List.copyOf(steps);
    }
}
