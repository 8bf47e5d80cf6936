package dev.gantry.runtime.watch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.runtime.plan.BusyboxRoot;
import dev.gantry.runtime.plan.LaunchPlan;
import dev.gantry.runtime.plan.PlanCodec;
import dev.gantry.runtime.plan.Step;
import dev.gantry.runtime.plan.TestGroup;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A freeze belongs to the connection that asked for it. docs/shim-protocol.md "FREEZE".
final class FreezeKernelTest {
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
    void aContainerIsFrozenUntilTheLastConnectionThatAskedForItThawsItOrEnds() throws IOException {
        var freezer = new TestGroup("freezer");
        isFrozenAndThawed(
                freezer, freezer.isV1() ? "freezer.state" : "cgroup.events", freezer.isV1() ? "FROZEN" : "frozen 1");
    }

    @Test
    void theUnifiedHierarchyBesideAnOldOneFreezesToo() throws IOException {
        var unified = new TestGroup("unified");
        isFrozenAndThawed(unified, "cgroup.events", "frozen 1");
    }

    @Test
    void whatDoesNotRunIsNotFrozen() {
        assertThat(watched.connect().freeze()).isFalse();
        assertThat(watched.connect().pause()).isFalse();
    }

    private void isFrozenAndThawed(TestGroup group, String file, String word) throws IOException {
        Watch watch = watched.run(PlanCodec.encode(new LaunchPlan(List.of(
                new Step.CgroupMake(0, group.path().toString()),
                new Step.Clone(0, 0),
                new Step.CgroupJoin(0),
                new Step.Exec(List.of(Shim.BUSYBOX, "sleep", "1000"), List.of(), 0),
                new Step.KillGroup(group.path().toString()),
                new Step.CgroupRemove(group.path().toString()),
                new Step.CgroupRemove(group.parent().toString())))));
        Path state = group.path().resolve(file);
        Watch first = watched.connect();
        Watch second = watched.connect();
        assertThat(first.freeze()).isTrue();
        assertThat(second.freeze()).isTrue();
        Shim.await("it is frozen", () -> read(state).contains(word));

        first.thaw();
        assertThat(read(state)).contains(word);
        second.close(); // as when its process is killed
        Shim.await(
                "it goes on", () -> !read(state).contains(word) && !read(state).contains("FREEZING"));

        assertThat(first.freeze()).isTrue();
        first.thaw();
        Shim.await("it goes on after a thaw", () -> !read(state).contains(word));

        // A pause is of the container.
        assertThat(first.pause()).isTrue();
        Shim.await("it is paused", () -> read(state).contains(word));
        assertThat(first.freeze()).isTrue();
        first.thaw();
        first.close();
        try (Watch next = watched.connect()) {
            assertThat(next.greeting().paused()).isTrue();
            assertThat(read(state)).contains(word);
            assertThat(next.freeze()).isTrue();
            next.unpause(); // who copies its volumes still holds it
            assertThat(read(state)).contains(word);
            next.thaw();
            next.unpause();
        }
        Shim.await("it goes on again", () -> !read(state).contains(word));
        assertThat(watched.connect().greeting().paused()).isFalse();
        watch.signal(9);
        watched.end(watch);
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            return "";
        }
    }
}
