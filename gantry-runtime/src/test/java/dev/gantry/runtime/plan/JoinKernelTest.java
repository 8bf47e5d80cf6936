package dev.gantry.runtime.plan;

import static dev.gantry.runtime.plan.BusyboxRoot.DEFAULT_CAPABILITIES;
import static dev.gantry.runtime.plan.BusyboxRoot.identity;
import static dev.gantry.runtime.plan.BusyboxRoot.shell;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.gantry.runtime.plan.ShimLaunch.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Cgroups, and a second process in a container that runs.
final class JoinKernelTest {
    @TempDir
    Path directory;

    @TempDir
    Path second;

    private BusyboxRoot root;
    private ShimLaunch launch;
    private final List<TestGroup> groups = new ArrayList<>();
    private long container;

    @BeforeEach
    void makeRoot() {
        root = new BusyboxRoot(directory);
        launch = new ShimLaunch(directory);
    }

    @AfterEach
    void end() {
        if (container != 0) {
            ProcessHandle.of(container).ifPresent(ProcessHandle::destroyForcibly);
            Waiting.until("the container has ended", () -> ShimLaunch.hasEnded(container));
        }
        groups.forEach(TestGroup::remove);
    }

    @Test
    void limitsAreWrittenAndTheProgramIsBornInTheGroup() {
        assumeTrue(group("pids").isV1(), "v1 hierarchies of single controllers");
        TestGroup pids = groups.getFirst();
        TestGroup memory = group("memory");
        TestGroup cpu = group("cpu");
        var steps = new ArrayList<Step>(List.of(
                new Step.CgroupMake(0, pids.path().toString()),
                new Step.CgroupSet(Step.Where.PREPARE, 0, "pids.max", "7"),
                new Step.CgroupMake(1, memory.path().toString()),
                new Step.CgroupSet(Step.Where.PREPARE, 1, "memory.limit_in_bytes", "33554432"),
                new Step.CgroupMake(2, cpu.path().toString()),
                new Step.CgroupSet(Step.Where.PREPARE, 2, "cpu.cfs_quota_us", "50000")));
        steps.addAll(root.steps());
        int unshare = steps.indexOf(new Step.Unshare(Namespaces.CGROUP));
        steps.addAll(unshare, List.of(new Step.CgroupJoin(0), new Step.CgroupJoin(1), new Step.CgroupJoin(2)));
        steps.add(shell("cat /proc/self/cgroup; for i in 1 2 3 4 5 6 7 8; do sleep 0.3 & done; wait"));

        Outcome outcome = launch.run(steps);

        assertThat(outcome.code()).as(outcome.err()).isZero();
        // The cgroup namespace shows each group as its root.
        assertThat(outcome.out()).contains(":pids:/\n", ":memory:/\n", ":cpu:/\n");
        assertThat(outcome.err()).contains("can't fork");
        assertThat(memory.read("memory.limit_in_bytes")).isEqualTo("33554432");
        assertThat(cpu.read("cpu.cfs_quota_us")).isEqualTo("50000");
        assertThat(pids.read("pids.max")).isEqualTo("7");
    }

    @Test
    void aGroupOfTheUnifiedHierarchyIsBornInto() {
        Path unified = Path.of("/sys/fs/cgroup/unified/cgroup.procs");
        assumeTrue(Files.exists(unified), "there is no v2 hierarchy beside v1");
        TestGroup group = group("unified");
        var steps =
                new ArrayList<Step>(List.of(new Step.CgroupMake(0, group.path().toString())));
        steps.addAll(root.steps());
        steps.replaceAll(step -> step instanceof Step.Clone c ? new Step.Clone(c.flags(), 1) : step);
        steps.removeIf(step -> step instanceof Step.Unshare);
        steps.add(shell("cat /proc/self/cgroup"));

        Outcome outcome = launch.run(steps);

        String path = group.path().toString().substring("/sys/fs/cgroup/unified".length());
        assertThat(outcome.lines()).as(outcome.err()).contains("0::" + path);
    }

    @Test
    void aSecondProcessJoinsAllNamespacesOfARunningContainer() {
        TestGroup group = group("pids");
        start(group, 0);
        String kinds = "for n in mnt pid net ipc uts cgroup; do readlink /proc/self/ns/$n; done";
        var steps = List.<Step>of(
                new Step.OpenCgroup(3, group.path().toString()),
                new Step.Join(
                        container, ShimLaunch.startTime(container), BusyboxRoot.ALL_NAMESPACES | Namespaces.CGROUP),
                new Step.Clone(0, 0),
                new Step.CgroupJoin(3),
                new Step.Rlimit(7, 100, 100),
                identity(12, 34, DEFAULT_CAPABILITIES),
                new Step.NoNewPrivs(),
                new Step.Chdir("/tmp", 0),
                shell(kinds + "; hostname; pwd; id -u; cat /proc/1/comm; cat /proc/self/cgroup; ulimit -n"));

        Outcome outcome = new ShimLaunch(second).run(steps);

        assertThat(outcome.code()).as(outcome.err()).isZero();
        List<String> expected = launch.text("out").lines().limit(6).toList();
        assertThat(outcome.lines()).startsWith(expected.toArray(String[]::new));
        assertThat(outcome.out())
                .contains("box-1\n/tmp\n12\nsleep\n")
                .contains(":pids:/\n")
                .endsWith("100\n");
    }

    @Test
    void aProcessOfAUserNamespaceIsJoinedAsItsRoot() throws IOException {
        ShimLaunch.command("/bin/chown", "-R", "200000:200000", root.lower.toString(), root.upper.toString());
        start(group("pids"), Namespaces.USER);
        var steps = List.<Step>of(
                new Step.Join(
                        container,
                        ShimLaunch.startTime(container),
                        BusyboxRoot.ALL_NAMESPACES | Namespaces.CGROUP | Namespaces.USER),
                new Step.Clone(0, 0),
                identity(0, 0, DEFAULT_CAPABILITIES),
                new Step.Chdir("/", 0),
                shell("id -u; cat /proc/self/uid_map; touch /made"));

        Outcome outcome = new ShimLaunch(second).run(steps);

        assertThat(outcome.out()).as(outcome.err()).containsPattern("^0\n +0 +200000 +1000\n");
        assertThat(Files.getAttribute(root.upper.resolve("made"), "unix:uid")).isEqualTo(200000);
    }

    @Test
    void nothingOfTheContainersProcIsBelieved() {
        // The container put its own file over the one that a naive exec would write to.
        start(
                group("pids"),
                0,
                "mount -t tmpfs x /proc; mkdir -p /proc/self /proc/sys/kernel; touch /proc/self/oom_score_adj");
        var steps = List.<Step>of(
                new Step.Join(container, ShimLaunch.startTime(container), BusyboxRoot.ALL_NAMESPACES),
                new Step.Clone(0, 0),
                new Step.OomScore("500"),
                identity(0, 0, DEFAULT_CAPABILITIES),
                new Step.Chdir("/", 0),
                shell("cat /proc/self/oom_score_adj; sleep 1000"));

        ShimLaunch exec = new ShimLaunch(second);
        Process process = exec.start(steps, "");
        Waiting.until("the second process runs", () -> exec.containerPid() != 0);
        try {
            assertThat(Path.of("/proc/" + exec.containerPid() + "/oom_score_adj"))
                    .hasContent("500");
        } finally {
            ProcessHandle.of(exec.containerPid()).ifPresent(ProcessHandle::destroyForcibly);
        }
        assertThat(exec.finish(process).out()).isEmpty();
    }

    private TestGroup group(String controller) {
        var group = new TestGroup(controller);
        groups.add(group);
        return group;
    }

    private void start(TestGroup group, long moreNamespaces) {
        start(group, moreNamespaces, "true");
    }

    /// A container that tells its namespaces and then waits for its end.
    private void start(TestGroup group, long moreNamespaces, String script) {
        var steps =
                new ArrayList<Step>(List.of(new Step.CgroupMake(0, group.path().toString())));
        steps.addAll(root.prepare(BusyboxRoot.ALL_NAMESPACES | moreNamespaces));
        if (moreNamespaces != 0) {
            steps.add(new Step.IdMap("0 200000 1000\n", "0 200000 1000\n", false));
        }
        steps.add(new Step.CgroupJoin(0));
        root.child().stream()
                .filter(step -> moreNamespaces == 0 || !(step instanceof Step.Device))
                .forEach(steps::add);
        steps.add(new Step.Hostname("box-1"));
        steps.add(shell("for n in mnt pid net ipc uts cgroup; do readlink /proc/self/ns/$n; done; " + script
                + " && echo ready; sleep 1000"));
        Process process = launch.start(steps, "");
        Waiting.until("the container runs", () -> launch.text("out").contains("ready"));
        Waiting.until("launch has left", () -> !process.isAlive());
        container = launch.containerPid();
    }
}
