package dev.gantry.runtime.oci;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CgroupTreeTest {
    @TempDir
    Path directory;

    @Test
    void controllersAreHandedDownOneByOneWhereTheyAreNotYet() throws Exception {
        // Plain files in place of the kernel's: each write replaces the one before.
        Files.writeString(directory.resolve("cgroup.controllers"), "cpu memory misc\n");
        Files.writeString(directory.resolve("cgroup.subtree_control"), "cpu\n");
        Path parent = Files.createDirectories(directory.resolve("a/b"));
        Files.writeString(parent.resolve("cgroup.subtree_control"), "cpu memory");
        HostFacts facts = CgroupTree.prepare(host(directory.toString()), "a/b");
        assertThat(directory.resolve("cgroup.subtree_control")).hasContent("+memory");
        assertThat(facts.cgroups().v2Controllers()).containsExactlyInAnyOrder("cpu", "memory");
    }

    @Test
    void theKernelHandsDownWhatItHas() throws Exception {
        HostFacts host = HostFacts.observe();
        Path v2 = Path.of(host.cgroups().v2());
        assumeTrue(host.cgroups().writable() && !host.cgroups().v2().isEmpty(), "no writable unified tree here");
        Set<String> there = Set.of(
                Files.readString(v2.resolve("cgroup.controllers")).strip().split("\\s+"));
        assumeTrue(there.contains("hugetlb"), "the unified tree has no hugetlb controller here");
        String before = Files.readString(v2.resolve("cgroup.subtree_control"));
        String parent = "gantry-test-tree-" + ProcessHandle.current().pid();
        try {
            HostFacts pure =
                    host.withCgroups(new CgroupLayout(Map.of(), host.cgroups().v2(), Set.of(), true, true, "", ""));
            assertThat(CgroupTree.prepare(pure, parent).cgroups().v2Controllers())
                    .contains("hugetlb");
        } finally {
            Files.deleteIfExists(v2.resolve(parent));
            if (!before.contains("hugetlb")) {
                Files.writeString(v2.resolve("cgroup.subtree_control"), "-hugetlb");
            }
        }
    }

    @Test
    void whereNothingMayBeWrittenNothingIsDone() {
        HostFacts host = Hosts.with(new CgroupLayout(Map.of(), "/nowhere", Set.of("cpu"), false, true, "", ""));
        assertThat(CgroupTree.prepare(host, "gantry")).isSameAs(host);
    }

    private static HostFacts host(String v2) {
        return Hosts.with(new CgroupLayout(Map.of(), v2, Set.of("cpu", "memory"), true, true, "", ""));
    }
}
