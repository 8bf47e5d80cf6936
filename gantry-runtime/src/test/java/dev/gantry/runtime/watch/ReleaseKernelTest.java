package dev.gantry.runtime.watch;

import static dev.gantry.runtime.watch.Shim.within;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.gantry.runtime.plan.BusyboxRoot;
import dev.gantry.runtime.plan.LaunchPlan;
import dev.gantry.runtime.plan.PlanCodec;
import dev.gantry.runtime.plan.Step;
import dev.gantry.runtime.plan.TestGroup;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What the watch takes away after the end of a container that left things behind.
final class ReleaseKernelTest {
    @TempDir
    Path temp;

    private Watched watched;

    @BeforeEach
    void start() throws IOException {
        new BusyboxRoot(temp); // skips where there is no root or no busybox
        watched = Watched.in(temp);
    }

    @AfterEach
    void end() throws Exception {
        if (watched != null) {
            watched.close();
        }
    }

    @Test
    void processesThatFledTheirInitAreKilledAndTheirGroupsRemoved() throws IOException {
        var group = new TestGroup("freezer");
        assumeTrue(group.isV1(), "there is no v1 freezer");
        leaveProcessesBehind(group, "freezer");
    }

    @Test
    void aGroupOfTheUnifiedHierarchyIsKilledByItsOwnFile() throws IOException {
        assumeTrue(Files.exists(Path.of("/sys/fs/cgroup/unified/cgroup.procs")), "there is no v2 hierarchy beside v1");
        leaveProcessesBehind(new TestGroup("unified"), "unified");
    }

    @Test
    void aGroupWithoutAFreezerIsKilledUntilNobodyIsLeft() throws IOException {
        var group = new TestGroup("pids");
        assumeTrue(group.isV1(), "there is no v1 hierarchy of pids");
        leaveProcessesBehind(group, "pids");
    }

    @Test
    void whatIsGoneAlreadyIsNoError() throws IOException {
        Path directory = Files.createDirectory(temp.resolve("directory"));
        Path file = Files.createFile(temp.resolve("file"));
        Watch watch = run(
                List.of(),
                "exit 0",
                new Step.KillGroup("/sys/fs/cgroup/pids/gantry-test-absent"),
                new Step.CgroupRemove("/sys/fs/cgroup/pids/gantry-test-absent"),
                new Step.Unmount(temp.resolve("absent").toString()),
                new Step.Unmount(directory.toString()),
                new Step.Remove(temp.resolve("absent").toString()),
                new Step.Remove(directory.toString()),
                new Step.Remove(file.toString()));
        watched.end(watch);
        within(watch.gone());

        assertThat(directory).doesNotExist();
        assertThat(file).doesNotExist();
    }

    /// The container has no pid namespace, makes a group of its own below and leaves sleepers in both.
    private void leaveProcessesBehind(TestGroup group, String kind) throws IOException {
        Path pids = temp.resolve("sleepers");
        String script = "for g in " + group.path() + " " + group.path() + "/own; do mkdir -p $g;"
                + " sh -c 'echo $$ >'$g'/cgroup.procs; echo $$ >>" + pids + "; exec setsid sleep 1000' & done;"
                + " until [ $(cat " + pids + " | wc -l) = 2 ]; do usleep 1000; done; exit 3";
        Watch watch = run(
                List.of(new Step.CgroupMake(0, group.path().toString())),
                script,
                new Step.KillGroup(group.path().toString()),
                new Step.CgroupRemove(group.path().toString()),
                new Step.CgroupRemove(group.parent().toString()));
        assertThat(watched.end(watch).code()).isEqualTo(3);
        within(watch.gone());

        assertThat(group.parent()).as(kind).doesNotExist();
        assertThat(Files.readAllLines(pids)).hasSize(2).noneMatch(pid -> Shim.alive(Long.parseLong(pid)));
    }

    private Watch run(List<Step> before, String script, Step... release) {
        var steps = new ArrayList<Step>(before);
        steps.add(new Step.Clone(0, 0));
        if (!before.isEmpty()) {
            steps.add(new Step.CgroupJoin(0));
        }
        steps.add(new Step.Exec(List.of(Shim.BUSYBOX, "sh", "-c", script), List.of("PATH=/usr/bin:/bin"), 0));
        steps.addAll(List.of(release));
        return watched.run(PlanCodec.encode(new LaunchPlan(steps)));
    }
}
