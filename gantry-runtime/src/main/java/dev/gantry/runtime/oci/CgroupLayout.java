package dev.gantry.runtime.oci;

import java.util.Map;
import java.util.Set;

/// Where the control groups of this host are: mount points of the v1 hierarchies by controller, and of the v2 tree.
///
/// @param v1 mount point by controller; co-mounted controllers have the same
/// @param v2 mount point of the unified tree; empty when there is none
/// @param v2Controllers what the unified tree controls; empty in the hybrid layout
/// @param writable whether this process may make groups here
/// @param swapAccounting whether memory and swap together can be limited
/// @param cpus the value of `cpuset.cpus` at the top; empty when unknown
/// @param mems the value of `cpuset.mems` at the top; empty when unknown
public record CgroupLayout(
        Map<String, String> v1,
        String v2,
        Set<String> v2Controllers,
        boolean writable,
        boolean swapAccounting,
        String cpus,
        String mems) {
    /// The three ways a host is set up.
    public enum Kind {
        NONE,
        V1,
        V2,
        HYBRID
    }

    public CgroupLayout {
        v1 = Map.copyOf(v1);
        v2Controllers = Set.copyOf(v2Controllers);
    }

    public static CgroupLayout none() {
        return new CgroupLayout(Map.of(), "", Set.of(), false, false, "", "");
    }

    CgroupLayout withV2Controllers(Set<String> controllers) {
        return new CgroupLayout(v1, v2, controllers, writable, swapAccounting, cpus, mems);
    }

    public Kind kind() {
        if (v1.isEmpty()) {
            return v2.isEmpty() ? Kind.NONE : Kind.V2;
        }
        return v2.isEmpty() ? Kind.V1 : Kind.HYBRID;
    }

    /// Whether rules about devices hold here. On v2 they need an eBPF program, which this version does not load.
    public boolean enforcesDeviceRules() {
        return writable && v1.containsKey("devices");
    }

    /// Whether `controller` can be set, in whichever hierarchy has it.
    public boolean has(String controller) {
        return v1.containsKey(controller) || v2Controllers.contains(controller);
    }
}
