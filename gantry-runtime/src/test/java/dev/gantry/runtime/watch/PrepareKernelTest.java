package dev.gantry.runtime.watch;

import static dev.gantry.runtime.watch.Shim.BUSYBOX;
import static dev.gantry.runtime.watch.Shim.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.linux.Linux;
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
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Containers that are made before anybody asks for their start: `docs/shim-protocol.md` promise 16.
@Tag("kernel")
class PrepareKernelTest {
    @TempDir
    Path temp;

    private Watched watched;
    private Path group;

    @BeforeEach
    void open() throws IOException {
        Assumptions.assumeTrue(Linux.host().processes().effectiveUid() == 0, "not root: no namespaces and no groups");
        group = Path.of(
                "/sys/fs/cgroup/pids/gantry-prepare-" + ProcessHandle.current().pid());
        Assumptions.assumeTrue(Files.isDirectory(group.getParent()), "no pids controller of version 1 to look at");
        watched = Watched.in(temp);
    }

    @AfterEach
    void close() throws Exception {
        watched.close();
        await("the group goes", () -> {
            try {
                return Files.deleteIfExists(group) || !Files.exists(group);
            } catch (IOException _) {
                return false;
            }
        });
    }

    /// Its child joins [#group], so that it can be seen.
    private byte[] plan(String script) {
        List<Step> steps = new ArrayList<>(List.of(
                Shim.jsonLog(temp.resolve("log")),
                new Step.Stdin(Step.Stdin.OPEN),
                new Step.ExitRecordAt(temp.resolve("exit").toString(), "0-0"),
                new Step.CgroupMake(0, group.toString()),
                new Step.Clone(Namespaces.NET, 0),
                new Step.CgroupJoin(0),
                new Step.Exec(List.of(BUSYBOX, "sh", "-c", script), List.of("PATH=/usr/sbin:/usr/bin:/bin"), 0),
                new Step.CgroupRemove(group.toString())));
        return PlanCodec.encode(new LaunchPlan(steps));
    }

    private List<String> members() {
        try {
            return Files.readAllLines(group.resolve("cgroup.procs"));
        } catch (IOException _) {
            return List.of();
        }
    }

    private Watch prepared(byte[] plan) {
        Watch watch = watched.connect();
        watch.prepare(plan);
        await("the child waits in its group", () -> members().size() == 1);
        return watch;
    }

    @Test
    void theStartLetsTheSameProcessGoOn() throws IOException {
        byte[] plan = plan("echo ran; echo $$");
        Watch watch = prepared(plan);
        String waiting = members().getFirst();
        assertThat(temp.resolve("log")).doesNotExist();
        LaunchOutcome.Started started = watched.start(watch, plan);
        assertThat(started.pid()).hasToString(waiting);
        assertThat(watched.end(watch).code()).isZero();
        assertThat(Files.readString(temp.resolve("log"))).contains("ran").contains(waiting);
    }

    @Test
    void inputAndAttachersFromBeforeTheStartAreNotLost() throws Exception {
        byte[] plan = plan("cat; echo end");
        Watch watch = prepared(plan);
        Attachment attachment = watched.attach(AttachOptions.output().withStdin());
        Shim.Collected output = Shim.Collected.from(attachment);
        attachment.stdin().write("early".getBytes(StandardCharsets.UTF_8));
        attachment.stdin().close();
        watched.start(watch, plan);
        assertThat(watched.end(watch).code()).isZero();
        Shim.within(output.end);
        assertThat(output.out()).isEqualTo("earlyend\n");
    }

    @Test
    void anotherPlanUndoesItAndRuns() throws IOException {
        Watch watch = prepared(plan("echo first"));
        String waiting = members().getFirst();
        LaunchOutcome.Started started = watched.start(watch, plan("echo second"));
        assertThat(started.pid()).isNotEqualTo(Long.parseLong(waiting));
        assertThat(Shim.alive(Long.parseLong(waiting))).isFalse();
        watched.end(watch);
        assertThat(Files.readString(temp.resolve("log"))).contains("second").doesNotContain("first");
    }

    @Test
    void undoLeavesNothingAndTheWatchCanStillLaunch() {
        byte[] plan = plan("true");
        Watch watch = prepared(plan);
        long waiting = Long.parseLong(members().getFirst());
        watch.undo();
        assertThat(group).doesNotExist();
        assertThat(Shim.alive(waiting)).isFalse();
        watched.start(watch, plan);
        assertThat(watched.end(watch).code()).isZero();
    }

    @Test
    void theEndOfTheConnectionUndoesIt() {
        Watch watch = prepared(plan("true"));
        long waiting = Long.parseLong(members().getFirst());
        watch.close();
        await("the watch leaves", () -> !watched.alive());
        assertThat(group).doesNotExist();
        assertThat(Shim.alive(waiting)).isFalse();
    }

    @Test
    void theDeathOfTheWatchUndoesIt() {
        prepared(plan("true"));
        long waiting = Long.parseLong(members().getFirst());
        ProcessHandle.of(watched.spawned.pid()).orElseThrow().destroyForcibly();
        await("the child goes", () -> !Shim.alive(waiting));
        await("its group goes", () -> !Files.exists(group));
    }

    @Test
    void aStepThatFailsFailsTheStart() {
        List<Step> steps = List.of(
                new Step.Clone(Namespaces.NET, 0),
                new Step.Chdir("/not/there", 0),
                new Step.Exec(List.of(BUSYBOX, "true"), List.of(), 0));
        byte[] plan = PlanCodec.encode(new LaunchPlan(steps));
        Watch watch = watched.connect();
        watch.prepare(plan);
        assertThat(watch.launch(plan))
                .isInstanceOfSatisfying(
                        LaunchOutcome.Failed.class,
                        failed -> assertThat(failed.step()).isEqualTo(1));
    }

    @Test
    void whatWasKilledMeanwhileIsMadeAgain() {
        byte[] plan = plan("true");
        Watch watch = prepared(plan);
        long waiting = Long.parseLong(members().getFirst());
        ProcessHandle.of(waiting).orElseThrow().destroyForcibly();
        await("it is undone", () -> !Files.exists(group));
        assertThat(watched.start(watch, plan).pid()).isNotEqualTo(waiting);
        assertThat(watched.end(watch).code()).isZero();
    }
}
