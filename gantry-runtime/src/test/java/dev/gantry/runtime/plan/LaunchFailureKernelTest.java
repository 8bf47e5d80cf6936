package dev.gantry.runtime.plan;

import static dev.gantry.runtime.plan.BusyboxRoot.identity;
import static dev.gantry.runtime.plan.BusyboxRoot.list;
import static dev.gantry.runtime.plan.BusyboxRoot.shell;
import static org.assertj.core.api.Assertions.assertThat;

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

/// A step that fails is named with its errno, and nothing that was made before it stays behind.
final class LaunchFailureKernelTest {
    private static final int ENOENT = 2;
    private static final int ECHILD = 10;
    private static final int EACCES = 13;
    private static final int ENODEV = 19;
    private static final int EINVAL = 22;
    private static final int ELOOP = 40;

    @TempDir
    Path directory;

    private BusyboxRoot root;
    private ShimLaunch launch;
    private TestGroup group;
    private List<String> mountsBefore = List.of();

    @BeforeEach
    void makeRoot() throws IOException {
        root = new BusyboxRoot(directory);
        launch = new ShimLaunch(directory);
        group = new TestGroup("pids");
        mountsBefore = Files.readAllLines(Path.of("/proc/self/mountinfo"));
    }

    @AfterEach
    void nothingStays() throws IOException {
        assertThat(Files.readAllLines(Path.of("/proc/self/mountinfo"))).isEqualTo(mountsBefore);
        assertThat(group.path()).as("the cgroup that the launch made").doesNotExist();
        assertThat(group.parent()).doesNotExist();
    }

    @Test
    void anUnknownFileSystemIsNamedWithItsStep() {
        var steps = inGroup(root.steps());
        steps.add(BusyboxRoot.mount("nosuchfs", "/mnt", 0));
        steps.add(shell("true"));

        fails(steps, steps.size() - 2, ENODEV);
    }

    @Test
    void aBadMountOptionIsToldInTheKernelsWords() {
        var steps = inGroup(root.steps());
        steps.add(BusyboxRoot.mount("tmpfs", "/mnt", 0, "nonsense=1"));
        steps.add(shell("true"));

        Outcome outcome = fails(steps, steps.size() - 2, EINVAL);
        assertThat(outcome.err()).contains("/mnt: ").contains("nonsense");
    }

    @Test
    void aFailureInPrepareRemovesTheGroupsMadeSoFar() {
        var steps = inGroup(root.steps());
        steps.add(2, new Step.CgroupSet(Step.Where.PREPARE, 0, "no.such.file", "1"));
        steps.add(shell("true"));

        fails(steps, 2, ENOENT);
    }

    @Test
    void aFailureInSettleKillsTheWaitingChild() {
        var steps = inGroup(root.steps());
        int settle = steps.indexOf(new Step.Clone(BusyboxRoot.ALL_NAMESPACES, 0)) + 1;
        steps.add(settle, new Step.CgroupSet(Step.Where.SETTLE, 0, "pids.max", "nonsense"));
        steps.add(shell("true"));

        fails(steps, settle, EINVAL);
    }

    @Test
    void aMissingProgramIsNotFoundAndOneThatIsNotExecutableIsForbidden() throws IOException {
        Files.writeString(Files.createDirectories(root.lower.resolve("bin")).resolve("plain"), "text");
        exec(ENOENT, "nosuch");
        exec(ENOENT, "/nosuch");
        exec(EACCES, "plain");
        exec(EACCES, "/bin/plain");
        exec(EACCES, "/bin");
        exec(ENOENT, "");
    }

    @Test
    void aMissingProgramUnderInitIsNotFoundToo() {
        var steps = inGroup(root.steps());
        steps.add(new Step.Exec(List.of("nosuch"), List.of("PATH=/bin"), Step.Exec.UNDER_INIT));

        fails(steps, steps.size() - 1, ENOENT);
    }

    @Test
    void aWorkingDirectoryCannotLeadOutThroughADescriptor() {
        for (int fd = 0; fd < 20; fd++) {
            var steps = inGroup(root.steps());
            steps.add(new Step.Chdir("/proc/self/fd/" + fd, 0));
            steps.add(shell("pwd"));
            Outcome outcome = launch.run(steps);
            assertThat(outcome.failure()).isIn(steps.size() - 2 + ": " + ELOOP, steps.size() - 2 + ": " + ENOENT);
        }
    }

    @Test
    void aWorkingDirectoryThatIsMissingOrForbiddenIsNamed() throws IOException {
        Files.createDirectories(root.lower.resolve("secret/dir"));
        ShimLaunch.command("/bin/chmod", "700", root.lower.resolve("secret").toString());
        var steps = inGroup(root.steps());
        steps.add(new Step.Chdir("/missing", 0));
        steps.add(shell("pwd"));
        fails(steps, steps.size() - 2, ENOENT);

        steps = inGroup(root.steps());
        steps.add(identity(1000, 1000, 0));
        steps.add(new Step.Chdir("/secret/dir", 0));
        steps.add(shell("pwd"));
        fails(steps, steps.size() - 2, EACCES);
    }

    @Test
    void aChildThatDiesInAStepIsNoticed() {
        var steps = inGroup(root.steps());
        steps.add(new Step.NoNewPrivs());
        steps.add(new Step.Seccomp(0, LaunchKernelTest.Filters.killOpenat2()));
        steps.add(new Step.Chdir("/", 0));
        steps.add(shell("true"));

        fails(steps, steps.size() - 2, ECHILD);
    }

    @Test
    void aPlanWithoutItsCloneOrItsProgramIsRefused() {
        Step clone = new Step.Clone(0, 0);
        for (List<Step> steps : List.of(
                List.<Step>of(),
                List.of(clone),
                List.of(shell("true")),
                List.of(clone, clone, shell("true")),
                List.of(clone, new Step.Join(1, 1, 0), shell("true")),
                List.of(clone, shell("true"), new Step.Pivot()))) {
            Outcome outcome = launch.run(steps);
            assertThat(outcome.code()).isEqualTo(1);
            assertThat(outcome.failure()).as(steps.toString()).isEqualTo("none: " + EINVAL);
        }
    }

    @Test
    void anotherProcessWithTheSamePidIsNotJoined() {
        long pid = ProcessHandle.current().pid();
        List<Step> steps = List.of(
                new Step.Join(pid, ShimLaunch.startTime(pid) + 1, Namespaces.UTS), new Step.Clone(0, 0), shell("true"));

        assertThat(launch.run(steps).failure()).isEqualTo("0: 3");
    }

    @Test
    void aKilledLaunchLeavesNothing() throws IOException {
        Process process = startHanging();
        long hanging = process.children().findFirst().orElseThrow().pid();
        ProcessHandle.of(hanging).orElseThrow().destroyForcibly();

        assertThat(launch.finish(process).failure()).isEqualTo("3: " + ECHILD);
    }

    @Test
    void theChildHasNoPartOfThePageThatSaysWhomToKill() throws IOException {
        Path stuck = Files.createDirectories(directory.resolve("stuck"));
        ShimLaunch.command("/usr/bin/mkfifo", stuck.resolve("fifo").toString());
        List<Step> steps = List.of(
                new Step.OpenCgroup(5, stuck.toString()),
                new Step.Clone(0, 0),
                new Step.CgroupSet(Step.Where.SETTLE, 5, "fifo", "x"),
                shell("true"));
        Process process = launch.start(steps, "");
        Waiting.until(
                "launch and the child wait",
                () -> process.children().filter(LaunchFailureKernelTest::sleeps).count() == 2);
        List<Long> pids = process.children().map(ProcessHandle::pid).sorted().toList();
        long launchPages = sharedBytes(pids.getFirst());
        long childPages = sharedBytes(pids.getLast());
        Files.readAllBytes(stuck.resolve("fifo"));

        assertThat(launch.finish(process).code()).isZero();
        assertThat(launchPages).isEqualTo(2 * childPages);
        assertThat(childPages).isPositive();
    }

    /// How much memory a process shares with others.
    private static long sharedBytes(long pid) throws IOException {
        return Files.readAllLines(Path.of("/proc/" + pid + "/maps")).stream()
                .filter(line -> line.contains("/dev/zero"))
                .map(line -> line.split("[- ]", 3))
                .mapToLong(ends -> Long.parseUnsignedLong(ends[1], 16) - Long.parseUnsignedLong(ends[0], 16))
                .sum();
    }

    @Test
    void aLaunchWhoseWatchIsGoneStartsNothing() throws IOException {
        Process process = startHanging();
        long hanging = process.children().findFirst().orElseThrow().pid();
        process.destroyForcibly();
        // The reader lets launch go on to its end.
        Files.readAllBytes(directory.resolve("stuck/fifo"));

        Waiting.until("launch has left", () -> ShimLaunch.hasEnded(hanging));
        Waiting.until("the group is removed", () -> Files.notExists(group.parent()));
        assertThat(directory.resolve("out")).isEmptyFile();
    }

    /// A launch that waits in step 3 for a reader of a pipe, with its group made.
    private Process startHanging() throws IOException {
        Path stuck = Files.createDirectories(directory.resolve("stuck"));
        ShimLaunch.command("/usr/bin/mkfifo", stuck.resolve("fifo").toString());
        var steps = inGroup(root.steps());
        steps.add(2, new Step.OpenCgroup(5, stuck.toString()));
        steps.add(3, new Step.CgroupSet(Step.Where.PREPARE, 5, "fifo", "x"));
        steps.add(shell("while :; do sleep 1000; done"));
        Process process = launch.start(steps, "");
        Waiting.until("the group is made", () -> Files.exists(group.path()));
        Waiting.until("launch hangs in openat", () -> process.children().anyMatch(LaunchFailureKernelTest::sleeps));
        return process;
    }

    /// After its group is made a launch sleeps for nothing else.
    private static boolean sleeps(ProcessHandle handle) {
        return ShimLaunch.state(handle.pid()) == 'S';
    }

    private void exec(int errno, String program) {
        var steps = inGroup(root.steps());
        steps.add(new Step.Exec(List.of(program), List.of("PATH=/nowhere:/etc/passwd:/bin"), 0));
        fails(steps, steps.size() - 1, errno);
    }

    private Outcome fails(List<Step> steps, int step, int errno) {
        Outcome outcome = launch.run(steps);
        assertThat(outcome.failure()).as(outcome.err()).isEqualTo(step + ": " + errno);
        assertThat(outcome.code()).isEqualTo(1);
        assertThat(outcome.out()).isEmpty();
        assertThat(launch.containerPid()).isZero();
        return outcome;
    }

    private ArrayList<Step> inGroup(List<Step> steps) {
        var all =
                new ArrayList<>(list(List.of(new Step.CgroupMake(0, group.path().toString()))));
        all.addAll(steps);
        all.add(all.indexOf(new Step.Unshare(Namespaces.CGROUP)), new Step.CgroupJoin(0));
        return all;
    }
}
