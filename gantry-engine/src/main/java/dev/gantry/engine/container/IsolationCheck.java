package dev.gantry.engine.container;

import dev.gantry.base.Unsupported;
import dev.gantry.runtime.oci.CgroupLayout;
import dev.gantry.runtime.oci.ContainerGroups;
import dev.gantry.runtime.oci.ResourcesSpec;

/// What of an [IsolationSpec] this host could not keep is not promised. Pure.
final class IsolationCheck {
    private static final String NO_GROUPS = "this process may not make control groups";

    private IsolationCheck() {}

    static void check(IsolationSpec i, CgroupLayout groups) {
        if (i == IsolationSpec.USUAL) {
            return;
        }
        if (!groups.enforcesDeviceRules() && !i.privileged()) {
            i.deviceRules().stream()
                    .filter(rule -> !IsolationConfig.isAnyDevice(rule))
                    .findFirst()
                    .ifPresent(rule -> {
                        throw new Unsupported(
                                "let a container use the devices " + rule,
                                "no control group of this host says which devices may be used",
                                "name the devices themselves, or allow all of them with a *:* rwm");
                    });
        }
        boolean none = ContainerGroups.of(groups, "any", ResourcesSpec.NONE)
                .directories()
                .isEmpty();
        if (!i.cgroupParent().isEmpty() && none) {
            throw new Unsupported(
                    "put a container below the control group " + i.cgroupParent(),
                    groups.writable() ? "this host has no control groups" : NO_GROUPS,
                    "start without this parent, or give the right to make groups");
        }
        // Else nothing ends its other processes: with a namespace of its own they end with the first.
        if (!IsolationSpec.isOwn(i.pid())
                && ContainerGroups.of(groups, "any", ResourcesSpec.NONE)
                        .killable()
                        .isEmpty()) {
            throw new Unsupported(
                    "share the PID namespace " + i.pid(),
                    groups.writable() ? "this host has no group whose processes can be killed" : NO_GROUPS,
                    "start with a PID namespace of its own, or give the right to make groups");
        }
    }
}
