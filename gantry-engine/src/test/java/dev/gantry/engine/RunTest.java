package dev.gantry.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gantry.base.Conflict;
import dev.gantry.base.GantryException;
import dev.gantry.base.NotFound;
import dev.gantry.engine.container.AttachRequest;
import dev.gantry.engine.container.Container;
import dev.gantry.engine.container.ContainerState;
import dev.gantry.engine.container.LaunchFailure;
import dev.gantry.engine.container.StartOutcome;
import dev.gantry.engine.container.StopOutcome;
import dev.gantry.engine.container.StopRequest;
import dev.gantry.engine.container.WaitCondition;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Runs to their end, as the kernel sees them.
class RunTest {
    @TempDir
    static Path dir;

    private static TestEngine engine;

    @BeforeAll
    static void open() {
        engine = TestEngine.start(dir);
    }

    @AfterAll
    static void close() {
        if (engine != null) {
            engine.close();
        }
    }

    @Test
    void aContainerSaysHelloAndEnds() {
        var c = engine.ran(engine.spec("echo", "hello"));
        assertThat(c.state())
                .isInstanceOfSatisfying(
                        ContainerState.Exited.class,
                        e -> assertThat(e.exit().code()).isZero());
        assertThat(engine.log(c.id())).isEqualTo("hello\n");
    }

    @Test
    void aWatchThatWasMadeAheadGoesWhenNobodyStartsItsContainer() throws Exception {
        var c = engine.create(engine.spec("hostname"));
        engine.awaitNoWatch(c.id());
        engine.containers().start(c.id());
        assertThat(engine.exit(c.id()).code()).isZero();
        assertThat(engine.log(c.id())).isEqualTo(c.id().shortHex() + "\n");
    }

    @Test
    void manyContainersThatNobodyStartsHaveFewWatches() throws Exception {
        var made = new ArrayList<Container>();
        for (int i = 0; i < 40; i++) {
            made.add(engine.create(engine.spec("true")));
            TestEngine.await("there are eight, and some that are just leaving", () -> watches() <= 12);
        }
        for (Container c : made) {
            engine.awaitNoWatch(c.id());
            engine.containers().remove(c.id(), false);
        }
    }

    private static int watches() {
        try {
            return engine.watches().size();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void theExitCodeIsTheProgramsOwn() {
        assertThat(engine.exit(engine.ran(engine.sh("exit 42")).id()).code()).isEqualTo(42);
    }

    @Test
    void aSignalIsOneHundredAndTwentyEightAndItsNumber() {
        var c = engine.started(engine.spec("sleep", "1000"));
        engine.containers().kill(c.id(), 9);
        assertThat(engine.exit(c.id()).code()).isEqualTo(137);
    }

    @Test
    void startingWhatRunsIsNoError() {
        var c = engine.started(engine.spec("sleep", "1000"));
        assertThat(engine.containers().start(c.id())).isEqualTo(StartOutcome.ALREADY_RUNNING);
        engine.containers().remove(c.id(), true);
        assertThat(engine.containers().get(c.id())).isEmpty();
    }

    @Test
    void aMissingProgramIsNamedWithItsStep() {
        var c = engine.create(engine.spec("/nope"));
        assertThatThrownBy(() -> engine.containers().start(c.id()))
                .isInstanceOf(GantryException.class)
                .hasMessageContaining("start container " + c.name() + ": exec /nope (step")
                .hasMessageContaining("ENOENT")
                .cause()
                .isInstanceOfSatisfying(LaunchFailure.class, f -> {
                    assertThat(f.stage()).isEqualTo(LaunchFailure.Stage.EXEC);
                    assertThat(f.errno()).isEqualTo("ENOENT");
                });
        assertThat(engine.containers().get(c.id()).orElseThrow().state()).isInstanceOf(ContainerState.Created.class);
    }

    @Test
    void aContainerRemovedAtItsEndLeavesNoTrace() {
        var c = engine.create(engine.spec("true").autoRemove(true));
        var removed = engine.containers().expect(c.id(), WaitCondition.REMOVED);
        engine.containers().start(c.id());
        assertThat(removed.within(TestEngine.SOON).orElseThrow().code()).isZero();
        assertThat(engine.containers().get(c.id())).isEmpty();
        assertThat(c.files().directory()).doesNotExist();
    }

    @Test
    void aRestartKeepsWhatWouldBeRemovedAtItsEnd() {
        var c = engine.started(engine.spec("sleep", "1000").autoRemove(true));
        engine.containers().restart(c.id(), StopRequest.DEFAULT.timeout(Duration.ZERO));
        var again = engine.containers().get(c.id()).orElseThrow();
        assertThat(again.isRunning()).isTrue();
        assertThat(again.pid()).isNotEqualTo(c.pid());
        var removed = engine.containers().expect(c.id(), WaitCondition.REMOVED);
        engine.containers().kill(c.id(), 9);
        assertThat(removed.within(TestEngine.SOON).orElseThrow().code()).isEqualTo(137);
    }

    @Test
    void stopAsksFirstAndKillsWhenTheTimeIsUp() {
        var polite = engine.started(engine.sh("trap 'exit 3' TERM; while :; do sleep 0.02; done"));
        TestEngine.await("the trap is set", () -> caught(polite.pid(), 15));
        assertThat(engine.containers().stop(polite.id(), StopRequest.DEFAULT)).isEqualTo(StopOutcome.STOPPED);
        assertThat(engine.exit(polite.id()).code()).isEqualTo(3);
        var deaf = engine.started(engine.spec("sleep", "1000"));
        assertThat(engine.containers().stop(deaf.id(), StopRequest.DEFAULT.timeout(Duration.ofMillis(50))))
                .isEqualTo(StopOutcome.KILLED);
        assertThat(engine.exit(deaf.id()).code()).isEqualTo(137);
        assertThat(engine.containers().stop(deaf.id(), StopRequest.DEFAULT)).isEqualTo(StopOutcome.ALREADY_STOPPED);
    }

    private static boolean caught(int pid, int signal) {
        try {
            String line = Files.readAllLines(Path.of("/proc/" + pid + "/status")).stream()
                    .filter(l -> l.startsWith("SigCgt:"))
                    .findFirst()
                    .orElseThrow();
            return (Long.parseUnsignedLong(line.substring(7).strip(), 16) >> (signal - 1) & 1) == 1;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void namesAreOnesOwnUntilTheyAreGivenAway() {
        var a = engine.containers().create("web-1", engine.spec("true").build());
        assertThatThrownBy(() ->
                        engine.containers().create("web-1", engine.spec("true").build()))
                .isInstanceOf(Conflict.class)
                .hasMessageContaining("in use by container " + a.id());
        engine.containers().rename(a.id(), "web-2");
        var b = engine.containers().create("/web-1", engine.spec("true").build());
        assertThat(engine.containers().find("web-1").id()).isEqualTo(b.id());
        assertThat(engine.containers().find("/web-2").id()).isEqualTo(a.id());
        assertThat(engine.containers().find(a.id().shortHex()).id()).isEqualTo(a.id());
        assertThatThrownBy(() -> engine.containers().find("web-3")).isInstanceOf(NotFound.class);
    }

    @Test
    void restartsInQuickSuccessionLeaveTheWatchReachable() {
        var c = engine.started(engine.spec("sleep", "1000"));
        for (int i = 0; i < 25; i++) {
            engine.containers().restart(c.id(), StopRequest.DEFAULT.timeout(Duration.ZERO));
            engine.containers().attach(c.id(), AttachRequest.OUTPUT).close();
        }
        engine.reopen();
        assertThat(engine.containers().get(c.id()).orElseThrow().isRunning()).isTrue();
    }

    @Test
    void aContainerStartsAgainWithItsFilesAndItsLog() {
        var c = engine.ran(engine.sh("cat /kept 2>/dev/null; echo again > /kept; echo run"));
        engine.containers().start(c.id());
        TestEngine.await(
                "it has ended again",
                () -> !engine.containers().get(c.id()).orElseThrow().isRunning());
        assertThat(engine.log(c.id())).isEqualTo("run\nagain\nrun\n");
    }
}
