package dev.gantry.runtime.oci;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/// Hosts to compile for.
final class Hosts {
    private Hosts() {}

    static HostFacts with(CgroupLayout cgroups) {
        return new HostFacts(
                "b00t",
                HostFacts.Arch.X86_64,
                new HostFacts.KernelVersion(6, 18),
                cgroups,
                (1L << 41) - 1,
                true,
                4294967295L,
                List.of());
    }

    /// v1 controllers each mounted on their own, and a v2 tree without controllers beside them.
    static HostFacts hybrid() {
        return with(v1("/sys/fs/cgroup/unified"));
    }

    static HostFacts v1() {
        return with(v1(""));
    }

    static HostFacts v2() {
        return with(new CgroupLayout(
                Map.of(), "/sys/fs/cgroup", Set.of("memory", "cpu", "cpuset", "pids", "io"), true, true, "", ""));
    }

    private static CgroupLayout v1(String v2) {
        Map<String, String> mounts = new TreeMap<>();
        for (String c : List.of("memory", "cpu", "cpuacct", "cpuset", "pids", "devices", "freezer", "blkio")) {
            mounts.put(c, "/sys/fs/cgroup/" + c);
        }
        return new CgroupLayout(mounts, v2, Set.of(), true, true, "0-1", "0");
    }
}
