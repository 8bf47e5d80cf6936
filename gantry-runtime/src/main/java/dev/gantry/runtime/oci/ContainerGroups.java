package dev.gantry.runtime.oci;

import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.SequencedSet;

/// The directories of one container's control groups, wherever this host keeps them.
///
/// @param v1 directory by controller, in the order they are made
/// @param v2 directory in the unified tree; empty when there is none
public record ContainerGroups(SequencedMap<String, String> v1, String v2) {
    /// Those that every container has where the host has them. A Java program looks for its limits only where it
    /// sees memory, cpu, cpuacct and cpuset mounted, all four.
    private static final List<String> ALWAYS = List.of("memory", "cpu", "cpuacct", "cpuset", "pids", "devices");

    /// The groups of `cgroupPath`, such as `gantry/<id>`. None when the path is empty or groups cannot be made.
    ///
    /// The v1 freezer is used only where no unified tree is mounted beside it: killing and freezing a v2
    /// group needs no controller.
    public static ContainerGroups of(CgroupLayout layout, String cgroupPath, ResourcesSpec resources) {
        SequencedMap<String, String> v1 = new LinkedHashMap<>();
        if (cgroupPath.isEmpty() || !layout.writable()) {
            return new ContainerGroups(v1, "");
        }
        String below = "/" + (cgroupPath.startsWith("/") ? cgroupPath.substring(1) : cgroupPath);
        for (String controller : ALWAYS) {
            add(v1, layout, controller, below);
        }
        if (resources.blockIo() != null) {
            add(v1, layout, "blkio", below);
        }
        if (!resources.hugepageLimits().isEmpty()) {
            add(v1, layout, "hugetlb", below);
        }
        if (layout.v2().isEmpty()) {
            add(v1, layout, "freezer", below);
        }
        return new ContainerGroups(v1, layout.v2().isEmpty() ? "" : layout.v2() + below);
    }

    private static void add(Map<String, String> v1, CgroupLayout layout, String controller, String below) {
        String mount = layout.v1().get(controller);
        if (mount != null) {
            v1.put(controller, mount + below);
        }
    }

    /// Every directory once: co-mounted controllers share theirs.
    public SequencedSet<String> directories() {
        SequencedSet<String> all = new LinkedHashSet<>(v1.sequencedValues());
        if (!v2.isEmpty()) {
            all.add(v2);
        }
        return all;
    }

    /// Where `controller` is set: its v1 directory, or the unified one. Empty when the container has no groups.
    public String directoryOf(String controller) {
        return v1.getOrDefault(controller, v2);
    }

    /// The group whose processes the release list kills: `cgroup.kill` of v2 or the v1 freezer; empty when neither is.
    public String killable() {
        return v2.isEmpty() ? v1.getOrDefault("freezer", "") : v2;
    }
}
