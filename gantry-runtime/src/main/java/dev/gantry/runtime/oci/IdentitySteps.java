package dev.gantry.runtime.oci;

import dev.gantry.runtime.plan.Step;
import java.util.List;
import java.util.Optional;

/// The last steps of a child before its program: who it is, what it may do, and the filter.
final class IdentitySteps {
    /// When a configuration says none.
    private static final long UMASK = 0022;

    private IdentitySteps() {}

    /// A filter needs CAP_SYS_ADMIN or no_new_privs to be loaded. As late as possible, so that the fewest of our own
    /// calls pass through it; before IDENTITY where that gives the right up. seccomp(2)
    static void add(List<Step> steps, ProcessSpec process, Optional<Step.Seccomp> filter) {
        Step.Identity identity = identity(process);
        boolean keepsAdmin = (identity.effective() & Capabilities.mask(List.of("CAP_SYS_ADMIN"))) != 0
                && process.user().uid() == 0;
        boolean late = process.noNewPrivileges() || keepsAdmin;
        if (!late) {
            filter.ifPresent(steps::add);
        }
        steps.add(identity);
        if (process.noNewPrivileges()) {
            steps.add(new Step.NoNewPrivs());
        }
        if (late) {
            filter.ifPresent(steps::add);
        }
    }

    private static Step.Identity identity(ProcessSpec process) {
        ProcessSpec.User user = process.user();
        ProcessSpec.CapabilitySets sets = process.capabilities();
        if (sets == null) {
            sets = new ProcessSpec.CapabilitySets(List.of(), List.of(), List.of(), List.of(), List.of());
        }
        Long umask = user.umask();
        return new Step.Identity(
                user.uid(),
                user.gid(),
                user.additionalGids().stream().map(String::valueOf).toList(),
                umask == null ? UMASK : umask,
                Capabilities.mask(sets.bounding()),
                Capabilities.mask(sets.effective()),
                Capabilities.mask(sets.permitted()),
                Capabilities.mask(sets.inheritable()),
                Capabilities.mask(sets.ambient()));
    }
}
