package dev.gantry.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gantry.base.GantryException;
import dev.gantry.engine.container.ContainerState;
import dev.gantry.engine.container.LaunchFailure;
import dev.gantry.engine.container.StartOutcome;
import dev.gantry.engine.container.WaitCondition;
import java.nio.file.Path;
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
}
