package dev.gantry.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gantry.base.Conflict;
import dev.gantry.base.ContainerId;
import dev.gantry.engine.container.Container;
import dev.gantry.engine.container.StopRequest;
import dev.gantry.engine.container.WaitCondition;
import dev.gantry.engine.event.Event;
import dev.gantry.engine.exec.ExecSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Containers that stand still.
class PauseTest {
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

    private static Container sleeping() {
        return engine.started(engine.spec("sleep", "1000"));
    }

    private static Container now(Container c) {
        return engine.containers().get(c.id()).orElseThrow();
    }

    /// What the kernel says.
    private static boolean isFrozen(ContainerId id) throws IOException {
        for (Path group : engine.groups()) {
            try (Stream<Path> all = Files.walk(group)) {
                for (Path p : all.filter(p -> p.getParent().endsWith(id.hex())).toList()) {
                    String name = p.getFileName().toString();
                    if (name.equals("cgroup.events")) {
                        return Files.readString(p).contains("frozen 1");
                    }
                    if (name.equals("freezer.state")) {
                        return Files.readString(p).contains("FROZEN");
                    }
                }
            }
        }
        throw new AssertionError("there is no group that can be frozen");
    }

    private static List<String> actions(ContainerId id) {
        return engine.gantry.events().after(0, 10_000).stream()
                .filter(e -> e.subject().equals(id.hex()))
                .map(Event::action)
                .toList();
    }

    @Test
    void aPausedContainerStandsStillUntilItIsUnpaused() throws IOException {
        Container c = sleeping();
        engine.containers().pause(c.id());
        assertThat(isFrozen(c.id())).isTrue();
        assertThat(now(c).state().word()).isEqualTo("paused");
        assertThat(now(c).isRunning()).isTrue();
        assertThat(now(c).pid()).isEqualTo(c.pid());
        assertThatThrownBy(() -> engine.containers().pause(c.id()))
                .isInstanceOf(Conflict.class)
                .hasMessageContaining("it is paused already");
        assertThatThrownBy(() -> engine.containers().start(c.id()))
                .isInstanceOf(Conflict.class)
                .hasMessageContaining("unpause it instead");
        assertThatThrownBy(() -> engine.gantry.execs().create(c.id(), ExecSpec.of("true")))
                .isInstanceOf(Conflict.class)
                .hasMessageContaining("it is paused");

        engine.containers().unpause(c.id());
        TestEngine.await("it goes on", () -> !frozen(c));
        assertThat(now(c).state().word()).isEqualTo("running");
        assertThatThrownBy(() -> engine.containers().unpause(c.id()))
                .isInstanceOf(Conflict.class)
                .hasMessageContaining("it is not paused");
        assertThat(actions(c.id())).containsExactly("create", "start", "pause", "unpause");
        engine.containers().remove(c.id(), true);
    }

    private static boolean frozen(Container c) {
        try {
            return isFrozen(c.id());
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    @Test
    void whatDoesNotRunIsNotPaused() {
        Container c = engine.create(engine.spec("true"));
        assertThatThrownBy(() -> engine.containers().pause(c.id()))
                .isInstanceOf(Conflict.class)
                .hasMessageContaining("it is not running");
        engine.containers().remove(c.id(), true);
    }

    @Test
    void aPausedContainerIsStoppedKilledAndRemoved() {
        Container c = engine.started(engine.sh("trap 'exit 7' TERM; echo ready; while true; do sleep 0.01; done"));
        TestEngine.await("it listens", () -> engine.log(c.id()).contains("ready"));
        engine.containers().pause(c.id());
        engine.containers().stop(c.id(), StopRequest.DEFAULT.timeout(Duration.ofSeconds(30)));
        assertThat(engine.exit(c.id()).code()).isEqualTo(7);
        assertThat(actions(c.id())).containsSubsequence("pause", "kill", "unpause", "die", "stop");

        Container killed = sleeping();
        engine.containers().pause(killed.id());
        var end = engine.containers().expect(killed.id(), WaitCondition.NEXT_EXIT);
        engine.containers().kill(killed.id(), 9);
        assertThat(end.within(TestEngine.SOON).orElseThrow().code()).isEqualTo(137);

        Container removed = sleeping();
        engine.containers().pause(removed.id());
        engine.containers().remove(removed.id(), true);
        assertThat(engine.containers().get(removed.id())).isEmpty();
        engine.containers().remove(c.id(), true);
        engine.containers().remove(killed.id(), true);
    }

    @Test
    void anySignalWakesOneThatHasNoStopSignalOfItsOwnAndOnlyThatOneIfItHas() throws IOException {
        Container plain = sleeping();
        engine.containers().pause(plain.id());
        engine.containers().kill(plain.id(), 28); // SIGWINCH
        assertThat(now(plain).isPaused()).isFalse();

        Container own = engine.started(engine.spec("sleep", "1000").stop("SIGUSR2", 10));
        engine.containers().pause(own.id());
        engine.containers().kill(own.id(), 28);
        assertThat(now(own).isPaused()).isTrue();
        assertThat(isFrozen(own.id())).isTrue();
        engine.containers().kill(own.id(), 12);
        assertThat(now(own).isPaused()).isFalse();
        engine.containers().remove(plain.id(), true);
        engine.containers().remove(own.id(), true);
    }

    @Test
    void theNextEngineFindsItAsItIsAlsoWhenTheLastOneCouldNotStoreIt() throws Exception {
        Container kept = sleeping();
        Container unstored = sleeping();
        Container thawed = sleeping();
        engine.containers().pause(kept.id());
        engine.containers().pause(thawed.id());
        Path watches = dir.resolve("run/w");
        engine.reopenAfter(() -> {
            // What an engine has done that dies before it could store it.
            try (var w = watch(watches, unstored.id());
                    var t = watch(watches, thawed.id())) {
                assertThat(w.pause()).isTrue();
                t.unpause();
            }
        });
        assertThat(now(kept).isPaused()).isTrue();
        assertThat(isFrozen(kept.id())).isTrue();
        assertThat(now(unstored).isPaused()).isTrue();
        assertThat(now(thawed).isPaused()).isFalse();
        assertThat(actions(unstored.id())).endsWith("pause");
        assertThat(actions(thawed.id())).endsWith("unpause");
        for (Container c : List.of(kept, unstored)) {
            engine.containers().unpause(c.id());
            TestEngine.await("it goes on", () -> !frozen(c));
        }
        for (Container c : List.of(kept, unstored, thawed)) {
            engine.containers().remove(c.id(), true);
        }
    }

    private static dev.gantry.runtime.watch.Watch watch(Path watches, ContainerId id) {
        return dev.gantry.runtime.watch.Watch.connect(watches.resolve(id.hex().substring(0, 16)));
    }
}
