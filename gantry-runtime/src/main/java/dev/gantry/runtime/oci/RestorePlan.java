package dev.gantry.runtime.oci;

import dev.gantry.runtime.plan.LaunchPlan;
import dev.gantry.runtime.plan.Step;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The plan by which a checkpoint's processes come to life again, made from the plan the container would be started
/// with. Control groups, root, network and log are the same. Everything that CRIU makes itself from what it has saved
/// is left to it: the other namespaces, the mounts that the container made, limits, identity, filter, program.
///
/// What is mounted from outside is a *bind* of the plan, or lies below one.
public final class RestorePlan {
    private static final long KEPT = 0x0002_0000L | 0x4000_0000L; // CLONE_NEWNS, CLONE_NEWNET of <linux/sched.h>
    private static final List<String> ENVIRONMENT =
            List.of("PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");

    private RestorePlan() {}

    /// What is to be restored, and where.
    ///
    /// @param criu the program
    /// @param images the directory of the checkpoint
    /// @param scratch a directory that nobody else misses in the mount namespace of the restoring
    /// @param outside where things were mounted from outside, as [#outside] said
    /// @param inherited see [Step.Restore]
    public record From(String criu, String images, String scratch, List<String> outside, List<String> inherited) {
        public From {
            outside = List.copyOf(outside);
            inherited = List.copyOf(inherited);
        }
    }

    /// Which of these mount points inside a container of this plan are mounts from outside.
    public static List<String> outside(LaunchPlan container, List<String> mountPoints) {
        return mountPoints.stream().filter(m -> owner(container, m) != null).toList();
    }

    public static LaunchPlan of(LaunchPlan container, From from) {
        String root = "/";
        Set<Long> slots = new HashSet<>();
        List<String> argv = new ArrayList<>(List.of(
                from.criu(),
                "restore",
                "--images-dir",
                from.images(),
                "--work-dir",
                from.scratch(),
                "--log-file",
                "restored.log",
                "-v2",
                "--manage-cgroups=ignore",
                "--file-locks",
                "--restore-detached",
                "--pidfile",
                from.scratch() + "/restored"));
        for (String place : from.outside()) {
            Step.Bind bind = owner(container, place);
            if (bind != null) {
                slots.add(bind.slot());
                String rest = place.substring(bind.target().length());
                argv.addAll(List.of("--external", "mnt[" + place + "]:" + from.scratch() + "/" + bind.slot() + rest));
            }
        }
        List<String> placed = slots.stream().sorted().map(String::valueOf).toList();
        for (Step step : container.steps()) {
            if (step instanceof Step.Root r) {
                slots.add(r.slot());
                root = r.over();
            }
        }
        argv.addAll(List.of("--root", root));
        var restore = new Step.Restore(
                argv, ENVIRONMENT, from.scratch(), placed, from.scratch() + "/restored", from.inherited());
        return new LaunchPlan(steps(container, slots, restore));
    }

    private static List<Step> steps(LaunchPlan container, Set<Long> slots, Step.Restore restore) {
        List<Step> steps = new ArrayList<>();
        boolean pivoted = false;
        for (Step step : container.steps()) {
            pivoted |= step instanceof Step.Pivot;
            boolean kept = switch (step.where()) {
                case WATCH, RELEASE -> true;
                case PREPARE, SETTLE -> !(step instanceof Step.OpenTree t) || slots.contains(t.slot());
                case CHILD -> isKept(step, pivoted);
            };
            if (step.where() == Step.Where.RELEASE && !steps.contains(restore)) {
                steps.add(restore);
            }
            if (kept) {
                steps.add(
                        step instanceof Step.Clone c ? new Step.Clone(c.flags() & KEPT, c.cgroupSlotPlusOne()) : step);
            }
        }
        if (!steps.contains(restore)) {
            steps.add(restore);
        }
        return steps;
    }

    private static boolean isKept(Step step, boolean pivoted) {
        return switch (step) {
            case Step.CgroupJoin _, Step.Unshare _, Step.Root _ -> true;
            case Step.Loopback _, Step.Handover _, Step.Await _ -> true;
            case Step.Sysctl s -> s.name().startsWith("net.");
            case Step.Propagation _ -> !pivoted;
            default -> false;
        };
    }

    /// The bind that this place is of, or is below; null when it is of another mount of the plan, or of none.
    private static Step.@Nullable Bind owner(LaunchPlan container, String place) {
        Step.Bind bind = null;
        int longest = 0;
        for (Step step : container.steps()) {
            String target = switch (step) {
                case Step.Bind b -> b.target();
                case Step.Mount m -> m.target();
                default -> "";
            };
            if (target.length() > longest && (place + "/").startsWith(target + "/")) {
                longest = target.length();
                bind = step instanceof Step.Bind b ? b : null;
            }
        }
        return bind;
    }
}
