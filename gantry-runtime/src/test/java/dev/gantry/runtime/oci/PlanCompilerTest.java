package dev.gantry.runtime.oci;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.runtime.plan.LaunchPlan;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class PlanCompilerTest {
    private static final LaunchContext.Root OVERLAY = new LaunchContext.Root.Overlay(List.of("/l1", "/l0"), "/u", "/w");

    @Test
    void aDefaultContainerOnAHybridHost() {
        LaunchPlan plan = compile(
                Hosts.hybrid(),
                DefaultSpec.builder(Hosts.hybrid())
                        .args(List.of("/bin/true"))
                        .hostname("web")
                        .build());
        assertThat(print(plan)).contains("Hostname[name=web]").contains("bounding=" + 0xa80425fbL);
    }

    static LaunchPlan compile(HostFacts host, RuntimeSpec spec) {
        return new PlanCompiler()
                .compile(spec, new LaunchContext(host, OVERLAY, "/a", "gantry/c1", LaunchContext.WatchOptions.NONE));
    }

    static String print(LaunchPlan plan) {
        return plan.steps().stream().map(Object::toString).collect(Collectors.joining("\n"));
    }

    @Test
    void anExecJoinsWithWhatTheContainerWasGiven() {
        LaunchPlan container = compile(
                Hosts.hybrid(),
                DefaultSpec.builder(Hosts.hybrid())
                        .args(List.of("/bin/true"))
                        .cwd("/srv")
                        .ulimit("nofile", 10, 20)
                        .noNewPrivileges(true)
                        .build());
        LaunchPlan join = JoinPlan.of(
                container,
                new LaunchContext.Peer(42, 7),
                new JoinPlan.Exec(
                        List.of("id"), List.of("A=1"), "", ProcessSpec.User.of(5, 6, List.of(7L)), false, null, false),
                Hosts.hybrid(),
                LaunchContext.WatchOptions.NONE);
        assertThat(print(join)).isEqualTo("""
                OpenCgroup[slot=0, path=/sys/fs/cgroup/memory/gantry/c1]
                OpenCgroup[slot=1, path=/sys/fs/cgroup/cpu/gantry/c1]
                OpenCgroup[slot=2, path=/sys/fs/cgroup/cpuacct/gantry/c1]
                OpenCgroup[slot=3, path=/sys/fs/cgroup/pids/gantry/c1]
                OpenCgroup[slot=4, path=/sys/fs/cgroup/devices/gantry/c1]
                OpenCgroup[slot=5, path=/sys/fs/cgroup/unified/gantry/c1]
                Join[pid=42, startTime=7, flags=1812070400]
                Clone[flags=0, cgroupSlotPlusOne=6]
                CgroupJoin[slot=0]
                CgroupJoin[slot=1]
                CgroupJoin[slot=2]
                CgroupJoin[slot=3]
                CgroupJoin[slot=4]
                Unshare[flags=33554432]
                Rlimit[resource=7, soft=10, hard=20]
                Chdir[path=/srv, flags=0]
                Identity[uid=5, gid=6, groups=[7], umask=18, bounding=2818844155, effective=2818844155, \
                permitted=2818844155, inheritable=0, ambient=0]
                NoNewPrivs[]
                Exec[argv=[id], environment=[A=1], flags=0]""");
    }
}
