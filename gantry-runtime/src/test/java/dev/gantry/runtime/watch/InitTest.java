package dev.gantry.runtime.watch;

import static dev.gantry.runtime.watch.Shim.BUSYBOX;
import static dev.gantry.runtime.watch.Shim.await;
import static dev.gantry.runtime.watch.Shim.within;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.gantry.runtime.plan.BusyboxRoot;
import dev.gantry.runtime.plan.LaunchPlan;
import dev.gantry.runtime.plan.Namespaces;
import dev.gantry.runtime.plan.PlanCodec;
import dev.gantry.runtime.plan.Step;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Process 1 of a container with `--init`: `docs/shim-protocol.md` §init.
class InitTest {
    private static final int SIGUSR1 = 10;
    private static final int SIGTERM = 15;
    private static final long CLONE_NEWPID = 0x20000000L;
    private static final long PRIVATE_RECURSIVE = 1 << 18 | 1 << 14;

    @TempDir
    Path temp;

    private Watched watched;

    @BeforeEach
    void spawnAWatch() throws IOException {
        assumeTrue(
                "root".equals(System.getProperty("user.name")), "a pid namespace without a user namespace needs root");
        watched = Watched.in(temp);
    }

    @AfterEach
    void close() throws Exception {
        if (watched != null) {
            watched.close();
        }
    }

    private static byte[] plan(List<Step> options, String script) {
        List<Step> steps = new ArrayList<>(options);
        steps.add(new Step.Clone(CLONE_NEWPID, 0));
        steps.add(new Step.Exec(
                List.of(BUSYBOX, "sh", "-c", script), List.of("PATH=/bin:/usr/bin"), Step.Exec.UNDER_INIT));
        return PlanCodec.encode(new LaunchPlan(steps));
    }

    @Test
    void theProgramIsNotProcessOneAndItsCodeIsTheContainers() {
        var collected = watched.collect(AttachOptions.output());
        Watch watch = watched.run(plan(List.of(), "echo $$; exit 42"));
        Exited exited = watched.end(watch);
        assertThat(exited.code()).isEqualTo(42);
        within(collected.end);
        assertThat(collected.out()).isEqualTo("2\n");
    }

    @Test
    void itsCommandLineTellsNothingOfTheHost() throws IOException {
        Watch watch = watched.connect();
        var started = watched.start(watch, plan(List.of(), "while :; do sleep 0.01; done"));
        Path process = Path.of("/proc/" + started.pid());
        assertThat(Files.readString(process.resolve("cmdline")).replace("\0", ""))
                .isEqualTo("gantry-init");
        assertThat(process.resolve("comm")).hasContent("gantry-init");
        watch.signal(SIGTERM);
        watched.end(watch);
    }

    @Test
    void theProgramCannotOpenTheMemoryOfProcessOne() {
        var collected = watched.collect(AttachOptions.output());
        Step identity = BusyboxRoot.identity(0, 0, BusyboxRoot.DEFAULT_CAPABILITIES);
        String script = "(exec 3<>/proc/1/mem) 2>/dev/null && echo opened;"
                + " cat /proc/1/maps >/dev/null 2>&1 && echo read; echo $(cat /proc/1/comm)";
        watched.end(watched.run(withItsOwnProc(List.of(identity), script)));
        within(collected.end);
        assertThat(collected.out()).isEqualTo("gantry-init\n");
    }

    @Test
    void processOneKeepsNoPageThatLaunchReadsEvenForWhoMayTraceIt() {
        var collected = watched.collect(AttachOptions.output());
        watched.end(watched.run(
                withItsOwnProc(List.of(), "grep -c . /proc/1/maps >/dev/null && grep -c /dev/zero /proc/1/maps")));
        within(collected.end);
        assertThat(collected.out()).isEqualTo("0\n");
    }

    private static byte[] withItsOwnProc(List<Step> more, String script) {
        List<Step> steps = new ArrayList<>(List.of(
                new Step.Clone(CLONE_NEWPID | Namespaces.MOUNT, 0),
                new Step.Propagation(PRIVATE_RECURSIVE),
                new Step.Mount("proc", "proc", "/proc", 0, List.of(), 0)));
        steps.addAll(more);
        steps.add(new Step.Exec(
                List.of(BUSYBOX, "sh", "-c", script), List.of("PATH=/bin:/usr/bin"), Step.Exec.UNDER_INIT));
        return PlanCodec.encode(new LaunchPlan(steps));
    }

    @Test
    void signalsAreForwarded() {
        var collected = watched.collect(AttachOptions.output());
        Watch watch = watched.run(
                plan(List.of(), "trap 'echo usr1' USR1; trap 'exit 5' TERM; echo up; while :; do sleep 0.01; done"));
        await("the traps are set", () -> collected.out().equals("up\n"));
        watch.signal(SIGUSR1);
        await("it came", () -> collected.out().equals("up\nusr1\n"));
        watch.signal(SIGTERM);
        assertThat(watched.end(watch).code()).isEqualTo(5);
    }

    @Test
    void aProgramThatASignalEndsGivesItsNumber() {
        Watch watch = watched.run(plan(List.of(), "kill -9 $$"));
        assertThat(watched.end(watch).code()).isEqualTo(137);
    }

    @Test
    void orphansAreReapedWhileTheProgramLives() throws IOException {
        Path go = temp.resolve("go");
        var collected = watched.collect(AttachOptions.output());
        Watch watch = watched.connect();
        var started = watched.start(
                watch,
                plan(
                        List.of(),
                        "for i in 1 2 3 4 5 6 7 8; do (true & exec true) & done; wait; echo made;" + " while ! test -e "
                                + go + "; do sleep 0.01; done"));
        await("the orphans are made", () -> collected.out().equals("made\n"));
        await("only the program is left", () -> childrenOf(started.pid()) == 1);
        Files.createFile(go);
        assertThat(watched.end(watch).code()).isZero();
    }

    private static int childrenOf(long pid) {
        try {
            String children = Files.readString(Path.of("/proc/" + pid + "/task/" + pid + "/children"));
            return children.isBlank() ? 0 : children.strip().split(" ").length;
        } catch (IOException _) {
            return -1;
        }
    }

    @Test
    void aProgramThatCannotRunIsAFailedStart() {
        List<Step> steps = List.of(
                new Step.Clone(CLONE_NEWPID, 0),
                new Step.Exec(List.of("/does/not/exist"), List.of(), Step.Exec.UNDER_INIT));
        LaunchOutcome outcome = watched.connect().launch(PlanCodec.encode(new LaunchPlan(steps)));
        assertThat(outcome).isEqualTo(new LaunchOutcome.Failed(1, 2, "/does/not/exist"));
    }

    @Test
    void theTerminalBelongsToTheProgram() throws IOException {
        Attachment attachment = watched.attach(AttachOptions.output().withStdin());
        var collected = Shim.Collected.from(attachment);
        Watch watch = watched.run(plan(
                List.of(new Step.Tty(24, 80), new Step.Stdin(Step.Stdin.OPEN)),
                "stty -echo; trap 'echo caught; exit 3' INT; echo up; while :; do sleep 0.01; done"));
        await("the trap is set", () -> collected.out().equals("up\r\n"));
        attachment.stdin().write("\u0003".getBytes(StandardCharsets.US_ASCII));
        assertThat(watched.end(watch).code()).isEqualTo(3);
        within(collected.end);
        assertThat(collected.out()).isEqualTo("up\r\ncaught\r\n");
    }
}
