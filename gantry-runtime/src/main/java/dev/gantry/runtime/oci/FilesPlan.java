package dev.gantry.runtime.oci;

import dev.gantry.runtime.oci.LaunchContext.Peer;
import dev.gantry.runtime.plan.LaunchPlan;
import dev.gantry.runtime.plan.Step;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// The plan of a process that has the root of a container which does not run, and what is mounted in it, and does
/// nothing. Made from the plan the container would be started with; nothing that is of the kernel (`/proc`, `/sys`,
/// devices) is there, and nothing of the container is executed.
public final class FilesPlan {
    private static final long NEWNS = 0x0002_0000L; // <linux/sched.h>

    private FilesPlan() {}

    /// @param owner with whose end the process ends
    /// @param targets the binds that count
    /// @param covers as the container's own
    public static LaunchPlan of(LaunchPlan container, Peer owner, Set<String> targets, List<String> covers) {
        Set<Long> slots = new HashSet<>();
        for (Step step : container.steps()) {
            if (step instanceof Step.Bind b && targets.contains(b.target())) {
                slots.add(b.slot());
            } else if (step instanceof Step.Root r) {
                slots.add(r.slot());
            }
        }
        List<Step> steps = new ArrayList<>();
        steps.add(new Step.Tied(owner.pid(), owner.startTime()));
        for (Step step : container.steps()) {
            if (isKept(step, slots, covers)) {
                steps.add(step instanceof Step.Clone ? new Step.Clone(NEWNS, 0) : step);
            }
        }
        steps.add(new Step.Hold());
        return new LaunchPlan(steps);
    }

    private static boolean isKept(Step step, Set<Long> slots, List<String> covers) {
        return switch (step) {
            case Step.Overlay o -> slots.contains(o.slot());
            case Step.OpenTree t -> slots.contains(t.slot());
            case Step.Bind b -> slots.contains(b.slot());
            case Step.Mask m -> covers.contains(m.path());
            case Step.Clone _, Step.Propagation _, Step.Root _, Step.Pivot _ -> true;
            default -> false;
        };
    }
}
