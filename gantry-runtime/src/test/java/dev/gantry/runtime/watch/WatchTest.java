package dev.gantry.runtime.watch;

import static dev.gantry.runtime.watch.Shim.BUSYBOX;
import static dev.gantry.runtime.watch.Shim.await;
import static dev.gantry.runtime.watch.Shim.plan;
import static dev.gantry.runtime.watch.Shim.shell;
import static dev.gantry.runtime.watch.Shim.within;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gantry.base.Conflict;
import dev.gantry.base.Internal;
import dev.gantry.base.Unavailable;
import dev.gantry.runtime.plan.LaunchPlan;
import dev.gantry.runtime.plan.PlanCodec;
import dev.gantry.runtime.plan.Step;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Life and death of a container under its watch: `docs/shim-protocol.md` §Watch, promises 5 to 7 and 10 to 12.
class WatchTest {
    private static final String BOOT = "6b7d1f0e-0000-4000-8000-000000000000";
    private static final int SIGHUP = 1;
    private static final int SIGINT = 2;
    private static final int SIGTERM = 15;

    @TempDir
    Path temp;

    private Watched watched;

    @BeforeEach
    void spawnAWatch() throws IOException {
        watched = Watched.in(temp);
    }

    @AfterEach
    void close() throws Exception {
        watched.close();
    }

    @Test
    void aProgramRunsAndItsEndIsToldAndRecorded() throws IOException {
        Watch watch = watched.connect();
        assertThat(watch.greeting().state()).isEqualTo(Watch.State.WAITING);
        assertThat(watch.greeting().watchPid()).isEqualTo(watched.spawned.pid());
        Path record = temp.resolve("exit.json");
        var collected = watched.collect(AttachOptions.output());
        var options = List.<Step>of(new Step.ExitRecordAt(record.toString(), BOOT));
        var started = watched.start(watch, shell(options, "echo hello; echo oh >&2; exit 3"));
        Exited exited = watched.end(watch);
        assertThat(exited.code()).isEqualTo(3);
        assertThat(exited.signal()).isZero();
        assertThat(within(collected.end).reason()).isEqualTo(StreamEnd.Reason.COMPLETE);
        assertThat(collected.out()).isEqualTo("hello\n");
        assertThat(collected.err()).isEqualTo("oh\n");
        ExitRecord written = ExitRecord.read(record).orElseThrow();
        assertThat(written.exited()).isEqualTo(exited);
        assertThat(written.pid()).isEqualTo(started.pid());
        assertThat(written.startTime()).isEqualTo(started.startTime());
        assertThat(started.executedNanos()).isGreaterThan(started.launchedNanos());
        within(watch.gone());
        await("the watch leaves", () -> !watched.alive());
        assertThat(watched.dir.resolve("s")).doesNotExist();
    }

    @Test
    void aSignalReachesTheInitAndIsItsEnd() {
        Watch watch = watched.connect();
        assertThatThrownBy(() -> watch.signal(SIGTERM)).isInstanceOf(Conflict.class);
        watched.start(watch, plan(List.of(), BUSYBOX, "sleep", "60"));
        watch.signal(SIGTERM);
        Exited exited = watched.end(watch);
        assertThat(exited.code()).isEqualTo(128 + SIGTERM);
        assertThat(exited.signal()).isEqualTo(SIGTERM);
    }

    @Test
    void aPlanThatCannotRunIsAnsweredWithItsStepAndTheWatchLeaves() {
        Watch watch = watched.connect();
        var collected = watched.collect(AttachOptions.output());
        LaunchOutcome outcome = watch.launch(plan(List.of(), "/does/not/exist"));
        assertThat(outcome).isInstanceOf(LaunchOutcome.Failed.class);
        var failed = (LaunchOutcome.Failed) outcome;
        assertThat(failed.step()).isEqualTo(1);
        assertThat(failed.errno()).isEqualTo(2);
        assertThat(within(collected.end).reason()).isEqualTo(StreamEnd.Reason.COMPLETE);
        within(watch.gone());
        await("the watch leaves", () -> !watched.alive());
    }

    @Test
    void bytesThatAreNoPlanAreRefusedInWords() {
        LaunchOutcome outcome = watched.connect().launch(new byte[] {1, 2, 3});
        assertThat(outcome).isInstanceOf(LaunchOutcome.Failed.class);
        assertThat(((LaunchOutcome.Failed) outcome).detail()).isNotBlank();
    }

    @Test
    void aWatchIsGivenOnePlanOnly() {
        Watch watch = watched.run(plan(List.of(), BUSYBOX, "sleep", "60"));
        assertThatThrownBy(() -> watch.launch(plan(List.of(), BUSYBOX, "true"))).isInstanceOf(Conflict.class);
        watch.signal(SIGTERM);
        watched.end(watch);
    }

    @Test
    void theEndWaitsUntilBothStreamsAreDrained() {
        Watch watch = watched.connect();
        var collected = watched.collect(AttachOptions.output());
        long before = System.nanoTime();
        watched.start(watch, shell(List.of(), "(sleep 0.3; echo late) & exit 0"));
        watched.end(watch);
        assertThat(Duration.ofNanos(System.nanoTime() - before)).isGreaterThanOrEqualTo(Duration.ofMillis(290));
        assertThat(within(collected.end).reason()).isEqualTo(StreamEnd.Reason.COMPLETE);
        assertThat(collected.out()).isEqualTo("late\n");
    }

    @Test
    void theEndComesOneSecondAfterTheInitWhenAGrandchildHoldsThePipe() throws IOException {
        Watch watch = watched.connect();
        var collected = watched.collect(AttachOptions.output());
        long before = System.nanoTime();
        Path holder = temp.resolve("holder");
        watched.start(watch, shell(List.of(), "echo first; sleep 1000 & echo $! >" + holder + "; exit 5"));
        Exited exited = watched.end(watch);
        ProcessHandle.of(Long.parseLong(Files.readString(holder).strip())).ifPresent(ProcessHandle::destroyForcibly);
        Duration took = Duration.ofNanos(System.nanoTime() - before);
        assertThat(took).isBetween(Duration.ofMillis(900), Duration.ofSeconds(30));
        assertThat(exited.code()).isEqualTo(5);
        within(collected.end);
        assertThat(collected.out()).isEqualTo("first\n");
    }

    @Test
    void aTerminalHasTheSizeOfTheLastResizeBeforeTheFirstByte() {
        Watch watch = watched.connect();
        watch.resize(10, 20);
        watch.resize(50, 132);
        var attachment = watched.attach(AttachOptions.output().withStdin());
        var collected = Shim.Collected.from(attachment);
        List<Step> options = List.of(new Step.Tty(24, 80), new Step.Stdin(Step.Stdin.OPEN));
        watched.start(watch, shell(options, "stty size; read x; stty size; test -t 1 && echo tty"));
        await("the first size", () -> collected.out().contains("\n"));
        assertThat(collected.out()).isEqualTo("50 132\r\n");
        watch.resize(24, 80);
        typeInto(attachment, "go\n");
        assertThat(watched.end(watch).code()).isZero();
        within(collected.end);
        assertThat(collected.out()).isEqualTo("50 132\r\ngo\r\n24 80\r\ntty\r\n");
    }

    private static void typeInto(Attachment attachment, String text) {
        try {
            attachment.stdin().write(text.getBytes(java.nio.charset.StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void aTerminalSurvivesProgramsThatCloseIt() {
        Watch watch = watched.connect();
        var collected = watched.collect(AttachOptions.output());
        watched.start(
                watch, shell(List.of(new Step.Tty(24, 80)), "t=$(tty); exec 0<&- 1>&- 2>&-; sleep 0.2; echo back >$t"));
        watched.end(watch);
        within(collected.end);
        assertThat(collected.out()).isEqualTo("back\r\n");
    }

    @Test
    void theReleaseStepsRunBeforeTheConnectionEnds() throws IOException {
        Path scratch = Files.createFile(temp.resolve("scratch"));
        Watch watch = watched.connect();
        watched.start(
                watch,
                PlanCodec.encode(new LaunchPlan(List.of(
                        new Step.Clone(0, 0),
                        new Step.Exec(List.of(BUSYBOX, "true"), List.of(), 0),
                        new Step.Remove(scratch.toString())))));
        watched.end(watch);
        within(watch.gone());
        assertThat(scratch).doesNotExist();
    }

    @Test
    void theDirectoryMayBeUsedAgainWhileAnAttacherStillReads() throws IOException {
        Attachment slow = watched.attach(AttachOptions.output().withQueueBytes(4 << 20));
        Watch watch = watched.run(plan(List.of(), BUSYBOX, "head", "-c", "2000000", "/dev/zero"));
        watched.end(watch);
        within(watch.gone());
        watched.starter.spawn(watched.dir, Starter.For.ANY_PLAN);
        Watch next = watched.connect();
        assertThat(next.greeting().state()).isEqualTo(Watch.State.WAITING);
        assertThat(watched.alive()).as("the first still has bytes to send").isTrue();
        var collected = Shim.Collected.from(slow);
        assertThat(within(collected.end).reason()).isEqualTo(StreamEnd.Reason.COMPLETE);
        assertThat(collected.outBytes()).hasSize(2_000_000);
        await("the first watch leaves", () -> !watched.alive());
        watched.start(watched.connect(), plan(List.of(), BUSYBOX, "true"));
    }

    @Test
    void aWatchRemovesItsOwnSocketAndNoOther() throws IOException {
        Watch watch = watched.run(plan(List.of(), BUSYBOX, "sleep", "100"));
        Files.delete(watched.dir.resolve("s"));
        Path other = Files.writeString(watched.dir.resolve("s"), "of the next watch");
        watch.signal(9);
        within(watch.gone());
        await("the watch leaves", () -> !watched.alive());
        assertThat(other).hasContent("of the next watch");
    }

    @Test
    void theProgramInheritsThreeDescriptorsAndNoSignalSettings() throws IOException {
        Watch watch = watched.connect();
        List<Step> options = List.of(Shim.jsonLog(temp.resolve("log")), new Step.Stdin(Step.Stdin.OPEN));
        Path proc = Path.of("/proc/"
                + watched.start(watch, plan(options, BUSYBOX, "sleep", "60")).pid());
        try (Stream<Path> descriptors = Files.list(proc.resolve("fd"))) {
            assertThat(descriptors.map(fd -> fd.getFileName().toString())).containsExactlyInAnyOrder("0", "1", "2");
        }
        assertThat(Files.readString(proc.resolve("status")))
                .contains("SigBlk:\t0000000000000000\nSigIgn:\t0000000000000000\n");
        watch.signal(SIGTERM);
        watched.end(watch);
    }

    @Test
    void starterAndWatchRunFromASealedCopyThatNobodyCanWriteTo() throws IOException {
        for (long pid : List.of(watched.starter.pid(), watched.spawned.pid())) {
            Path exe = Path.of("/proc/" + pid + "/exe");
            assertThat(Files.readSymbolicLink(exe).toString()).startsWith("/memfd:gantry-shim");
            assertThatThrownBy(() -> Files.write(exe, new byte[1], StandardOpenOption.APPEND))
                    .isInstanceOf(IOException.class);
        }
    }

    @Test
    void aDeadStarterLeavesItsWatchesAlive() {
        Watch watch = watched.connect();
        ProcessHandle.of(watched.starter.pid()).orElseThrow().destroyForcibly();
        await("the starter is gone", () -> !watched.starter.alive());
        watched.start(watch, shell(List.of(), "exit 7"));
        assertThat(watched.end(watch).code()).isEqualTo(7);
    }

    @Test
    void aWatchIgnoresTheSignalsThatEndSessions() throws IOException, InterruptedException {
        Watch watch = watched.run(plan(List.of(), BUSYBOX, "sleep", "60"));
        for (int signal : new int[] {SIGHUP, SIGINT, SIGTERM}) {
            new ProcessBuilder("kill", "-" + signal, Long.toString(watched.spawned.pid()))
                    .start()
                    .waitFor(5, TimeUnit.SECONDS);
        }
        watch.signal(SIGTERM);
        assertThat(watched.end(watch).signal()).isEqualTo(SIGTERM);
    }

    @Test
    void orphansOfTheContainerAreReaped() throws IOException {
        Path go = temp.resolve("go");
        watched.run(shell(
                List.of(),
                "for i in 1 2 3 4 5 6 7 8; do (true & exec true) & done; while ! test -e " + go
                        + "; do sleep 0.01; done"));
        long init = Watch.connect(watched.dir).greeting().initPid();
        await("no child of the watch but the init", () -> childrenOf(watched.spawned.pid()) == 1);
        assertThat(init).isPositive();
        Files.createFile(go);
    }

    private static long childrenOf(long pid) {
        try (Stream<Path> tasks = Files.list(Path.of("/proc/" + pid + "/task"))) {
            return tasks.flatMap(task -> {
                        try {
                            return Stream.of(Files.readString(task.resolve("children"))
                                            .split(" "))
                                    .filter(child -> !child.isBlank());
                        } catch (IOException e) {
                            return Stream.empty();
                        }
                    })
                    .count();
        } catch (IOException e) {
            return -1;
        }
    }

    @Test
    void aTiedContainerDiesWithItsOwner() throws IOException {
        Process owner = watched.keep(new Owner()).process;
        Path scratch = Files.createFile(temp.resolve("scratch"));
        long startTime = startTime(owner.pid());
        Watch watch = watched.connect();
        watched.start(
                watch,
                PlanCodec.encode(new LaunchPlan(List.of(
                        new Step.Tied(owner.pid(), startTime),
                        new Step.Clone(0, 0),
                        new Step.Exec(List.of(BUSYBOX, "sleep", "60"), List.of(), 0),
                        new Step.Remove(scratch.toString())))));
        owner.destroyForcibly();
        assertThat(watched.end(watch).code()).isEqualTo(137);
        within(watch.gone());
        assertThat(scratch).doesNotExist();
    }

    @Test
    void aContainerIsNotTiedToAnotherProcessWithTheOwnersNumber() throws IOException {
        Process owner = watched.keep(new Owner()).process;
        LaunchOutcome outcome = watched.connect()
                .launch(plan(List.of(new Step.Tied(owner.pid(), startTime(owner.pid()) + 1)), BUSYBOX, "true"));
        assertThat(outcome).isEqualTo(new LaunchOutcome.Failed(0, 3, ""));
    }

    private static final class Owner implements AutoCloseable {
        private final Process process;

        Owner() throws IOException {
            process = new ProcessBuilder(BUSYBOX, "sleep", "60").start();
        }

        @Override
        public void close() {
            process.destroyForcibly();
        }
    }

    private static long startTime(long pid) throws IOException {
        String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
        return Long.parseLong(stat.substring(stat.lastIndexOf(')') + 2).split(" ")[19]);
    }

    @Test
    void anEndThatNoEngineHearsExecutesTheOrphanCommand() throws IOException {
        Path marker = temp.resolve("called");
        Path go = temp.resolve("go");
        List<Step> options = List.of(
                new Step.Orphan(List.of(BUSYBOX, "sh", "-c", "cat /proc/$$/environ >" + marker + "; pwd >>" + marker)));
        Watch watch = watched.run(shell(options, "while ! test -e " + go + "; do sleep 0.01; done"));
        watched.lose(watch);
        Files.createFile(go);
        await("the command ran", () -> Files.exists(marker) && !watched.alive());
        assertThat(Files.readString(marker)).isEqualTo("/\n");
    }

    @Test
    void aSignalThatWaitsForTheWatchDoesNotKeepItFromTheOrphanCommand() throws Exception {
        Path marker = temp.resolve("called");
        Path go = temp.resolve("go");
        List<Step> options = List.of(new Step.Orphan(List.of(BUSYBOX, "touch", marker.toString())));
        Watch watch = watched.run(shell(options, "while ! test -e " + go + "; do sleep 0.01; done"));
        long pid = watch.greeting().watchPid();
        new ProcessBuilder("kill", "-TERM", Long.toString(pid)).start().waitFor();
        new ProcessBuilder("kill", "-PIPE", Long.toString(pid)).start().waitFor();
        watched.lose(watch);
        Files.createFile(go);
        await("the command ran", () -> Files.exists(marker) && !watched.alive());
    }

    @Test
    void aTerminalCanBeTypedIntoAgainAfterItsFirstAttacherWasLost() {
        Watch watch = watched.connect();
        var lost = watched.attach(AttachOptions.output().withStdin());
        List<Step> options = List.of(new Step.Tty(24, 80), new Step.Stdin(Step.Stdin.ONCE));
        watched.start(watch, shell(options, "read x; test $x = back"));
        assertThat(lost.ownsStdin()).isTrue();
        lost.close();
        Attachment[] next = new Attachment[1];
        await(
                "the input is free",
                () -> (next[0] = watched.attach(AttachOptions.output().withStdin())).ownsStdin());
        typeInto(next[0], "back\n");
        assertThat(watched.end(watch).code()).isZero();
    }

    @Test
    void anEndThatAnEngineHearsDoesNotExecuteTheOrphanCommand() {
        Path marker = temp.resolve("called");
        List<Step> options = List.of(new Step.Orphan(List.of(BUSYBOX, "touch", marker.toString())));
        Watch watch = watched.run(plan(options, BUSYBOX, "true"));
        watched.end(watch);
        within(watch.gone());
        await("the watch leaves", () -> !watched.alive());
        assertThat(marker).doesNotExist();
    }

    @Test
    void anotherEngineFindsTheContainerAndHearsItsEnd() {
        Watch first = watched.connect();
        var started = watched.start(first, plan(List.of(), BUSYBOX, "sleep", "60"));
        first.close();
        Watch second = watched.connect();
        assertThat(second.greeting().state()).isEqualTo(Watch.State.RUNNING);
        assertThat(second.greeting().initPid()).isEqualTo(started.pid());
        assertThat(second.greeting().initStartTime()).isEqualTo(started.startTime());
        second.subscribe();
        second.signal(9);
        assertThat(watched.end(second).code()).isEqualTo(137);
    }

    @Test
    void anAbandonedWatchLeaves() {
        await("the watch leaves within ten seconds and a little", () -> !watched.alive());
        assertThatThrownBy(() -> Watch.connect(watched.dir)).isInstanceOf(Unavailable.class);
    }

    @Test
    void aDirectoryThatCannotHoldASocketIsRefusedInWords() {
        assertThatThrownBy(() -> watched.starter.spawn(temp.resolve("missing"), Starter.For.ANY_PLAN))
                .isInstanceOf(Internal.class)
                .hasMessageContaining("bind the socket");
        assertThatThrownBy(() -> watched.starter.spawn(temp.resolve("x".repeat(120)), Starter.For.ANY_PLAN))
                .isInstanceOf(Internal.class)
                .hasMessageContaining("too long");
        assertThatThrownBy(() -> watched.starter.spawn(watched.dir, Starter.For.ANY_PLAN))
                .isInstanceOf(Internal.class)
                .hasMessageContaining("errno 98");
    }
}
