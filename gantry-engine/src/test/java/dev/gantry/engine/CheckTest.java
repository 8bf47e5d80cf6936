package dev.gantry.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gantry.base.Conflict;
import dev.gantry.base.ContainerId;
import dev.gantry.engine.container.Container;
import dev.gantry.engine.container.HealthSpec;
import dev.gantry.engine.container.SpecBuilder;
import dev.gantry.engine.event.Event;
import dev.gantry.engine.exec.ExecSpec;
import dev.gantry.engine.exec.Execs;
import dev.gantry.engine.health.Health;
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

/// Checks of health, and the execs they are.
class CheckTest {
    private static final long OFTEN = Duration.ofMillis(50).toNanos();
    private static final long LONG = Duration.ofMinutes(1).toNanos();

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

    private static SpecBuilder checked(String script, long timeoutNanos, int retries) {
        return engine.spec("sleep", "1000")
                .health(new HealthSpec(List.of("CMD-SHELL", script), OFTEN, timeoutNanos, 0, 0, retries));
    }

    private static Health health(Container c) {
        return engine.gantry.checks().of(c.id()).orElseThrow();
    }

    private static void awaitStatus(Container c, Health.Status status) {
        TestEngine.await("it is " + status, () -> health(c).status() == status);
    }

    private static List<String> actions(ContainerId id) {
        return engine.gantry.events().after(0, 100_000).stream()
                .filter(e -> e.subject().equals(id.hex()))
                .map(Event::action)
                .toList();
    }

    @Test
    void itIsHealthyAndThenNotAndHealthyAgain() {
        Container c = engine.started(checked("test ! -e /tmp/ill && echo fine", LONG, 2));
        awaitStatus(c, Health.Status.HEALTHY);
        assertThat(health(c).log().getLast().output()).isEqualTo("fine\n");
        exec(c, "touch", "/tmp/ill");
        awaitStatus(c, Health.Status.UNHEALTHY);
        assertThat(health(c).failures()).isGreaterThanOrEqualTo(2);
        exec(c, "rm", "/tmp/ill");
        awaitStatus(c, Health.Status.HEALTHY);
        assertThat(health(c).log().size()).isLessThanOrEqualTo(5);
        TestEngine.await(
                "it is told",
                () -> actions(c.id()).stream()
                        .filter(a -> a.startsWith("health_status"))
                        .toList()
                        .equals(List.of(
                                "health_status: healthy", "health_status: unhealthy", "health_status: healthy")));
        assertThat(actions(c.id()))
                .containsSubsequence(
                        "exec_create: /bin/sh -c test ! -e /tmp/ill && echo fine",
                        "exec_start: /bin/sh -c test ! -e /tmp/ill && echo fine",
                        "exec_die",
                        "health_status: healthy");
        engine.containers().remove(c.id(), true);
        assertThat(engine.gantry.checks().of(c.id())).isEmpty();
    }

    private static void exec(Container c, String... args) {
        var e = engine.gantry.execs().create(c.id(), ExecSpec.of(args));
        engine.gantry.execs().startDetached(e.id(), 0, 0);
        assertThat(engine.gantry.execs().await(e.id(), TestEngine.SOON)).hasValue(0);
    }

    @Test
    void oneThatTakesTooLongIsKilledWithAllThatItStarted() throws IOException {
        Container c = engine.started(checked(
                "sleep 1001 & sleep 1002 & echo begun; sleep 1003",
                Duration.ofMillis(300).toNanos(),
                1));
        awaitStatus(c, Health.Status.UNHEALTHY);
        assertThat(health(c).log().getFirst().code()).isEqualTo(-1);
        // A busy machine may not come to the first word of each in that time.
        TestEngine.await(
                "what it said is told",
                () -> health(c).log().stream()
                        .anyMatch(one -> one.output().equals("Health check exceeded timeout (300ms): begun\n")));
        engine.containers().pause(c.id()); // ends the check that may be under way
        TestEngine.await("only the container is left", () -> processes(c) == 1);
        engine.containers().remove(c.id(), true);
    }

    private static int processes(Container c) {
        return engine.containers().processes(c.id()).size();
    }

    @Test
    void nothingIsCheckedWhileItIsPausedAndNothingThatItSaidIsForgotten() {
        Container c = engine.started(checked("echo x", LONG, 1));
        awaitStatus(c, Health.Status.HEALTHY);
        engine.containers().pause(c.id());
        long checksSoFar = creations(c);
        assertThat(health(c).status()).isEqualTo(Health.Status.HEALTHY);
        // Another container is checked a few times meanwhile.
        Container other = engine.started(checked("echo y", LONG, 1));
        TestEngine.await("the other one is checked", () -> creations(other) > 4);
        assertThat(creations(c)).isLessThanOrEqualTo(checksSoFar + 1);
        assertThat(health(c).status()).isEqualTo(Health.Status.HEALTHY);
        engine.containers().unpause(c.id());
        long before = creations(c);
        TestEngine.await("it is checked again", () -> creations(c) > before + 1);
        engine.containers().remove(c.id(), true);
        engine.containers().remove(other.id(), true);
    }

    private static long creations(Container c) {
        return actions(c.id()).stream().filter(a -> a.startsWith("exec_create")).count();
    }

    @Test
    void theNextEngineGoesOnWithoutCallingItUnhealthy() {
        Container c = engine.started(checked("test ! -e /tmp/ill", LONG, 3));
        Container ill = engine.started(checked("false", LONG, 1));
        awaitStatus(c, Health.Status.HEALTHY);
        awaitStatus(ill, Health.Status.UNHEALTHY);
        engine.reopen();
        assertThat(health(c).status()).isEqualTo(Health.Status.HEALTHY);
        assertThat(health(ill).status()).isEqualTo(Health.Status.UNHEALTHY);
        long before = creations(c);
        TestEngine.await("it is checked again", () -> creations(c) > before + 1);
        assertThat(actions(c.id())).doesNotContain("health_status: unhealthy");
        engine.containers().kill(c.id(), 9);
        engine.exit(c.id());
        awaitStatus(c, Health.Status.UNHEALTHY); // nobody answers there
        engine.containers().start(c.id());
        awaitStatus(c, Health.Status.HEALTHY);
        engine.containers().remove(c.id(), true);
        engine.containers().remove(ill.id(), true);
    }

    @Test
    void anExecThatEndsWithUsIsForgottenAndItsOutputCut() throws Exception {
        Container c = engine.started(engine.spec("sleep", "1000"));
        Execs.Ended ended =
                engine.gantry.execs().run(c.id(), ExecSpec.of("sh", "-c", "seq 1 5000; exit 4"), TestEngine.SOON, 4096);
        assertThat(ended.code()).isEqualTo(4);
        assertThat(ended.inTime()).isTrue();
        assertThat(ended.output()).hasSize(4099).startsWith("1\n2\n").endsWith("...");
        assertThat(engine.gantry.execs().of(c.id())).isEmpty();
        engine.containers().pause(c.id());
        assertThatThrownBy(() -> engine.gantry.execs().run(c.id(), ExecSpec.of("true"), TestEngine.SOON, 10))
                .isInstanceOf(Conflict.class)
                .hasMessageContaining("it is paused");
        engine.containers().unpause(c.id());
        assertThatThrownBy(() -> engine.gantry.execs().run(c.id(), ExecSpec.of("nope"), TestEngine.SOON, 10))
                .hasMessageContaining("nope");
        assertThat(engine.gantry.execs().of(c.id())).isEmpty();
        engine.containers().remove(c.id(), true);
    }

    @Test
    void aPrivilegedExecHasAllCapabilitiesAndNoFilter() throws Exception {
        Container c = engine.started(engine.spec("sleep", "1000"));
        String script = "grep -E '^(CapEff|Seccomp:)' /proc/self/status";
        String plain = engine.gantry
                .execs()
                .run(c.id(), ExecSpec.of("sh", "-c", script), TestEngine.SOON, 4096)
                .output();
        String more = engine.gantry
                .execs()
                .run(
                        c.id(),
                        new ExecSpec(List.of("sh", "-c", script), List.of(), "", "", false, false, true, ""),
                        TestEngine.SOON,
                        4096)
                .output();
        String mine = Files.readAllLines(Path.of("/proc/self/status")).stream()
                .filter(l -> l.startsWith("CapEff"))
                .findFirst()
                .orElseThrow();
        assertThat(plain).contains("Seccomp:\t2").doesNotContain(mine);
        assertThat(more).contains("Seccomp:\t0").contains(mine);
        engine.containers().remove(c.id(), true);
    }

    /// `-Dgantry.execs=3000` for the whole of it.
    @Test
    void manyExecsLeakNothing() throws Exception {
        int count = Integer.getInteger("gantry.execs", 300);
        Container c = engine.started(engine.spec("sleep", "1000"));
        engine.gantry.execs().run(c.id(), ExecSpec.of("true"), TestEngine.SOON, 10);
        TestEngine.await("the first watch has left", () -> watches() == 1);
        long files = descriptors();
        int groups = subgroups(c);
        for (int i = 0; i < count; i++) {
            if (i % 2 == 0) {
                assertThat(engine.gantry
                                .execs()
                                .run(c.id(), ExecSpec.of("true"), TestEngine.SOON, 10)
                                .code())
                        .isZero();
            } else {
                exec(c, "true");
            }
        }
        TestEngine.await("their watches have left", () -> watches() == 1);
        TestEngine.await("no file stays open", () -> descriptors() <= files + 5);
        assertThat(processes(c)).isEqualTo(1);
        TestEngine.await("no group of theirs is left", () -> subgroups(c) == groups);
        assertThat(Files.list(dir.resolve("run/w")).count()).isEqualTo(1);
        engine.containers().remove(c.id(), true);
    }

    private static long watches() {
        try {
            return engine.watches().size();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static long descriptors() {
        try (Stream<Path> all = Files.list(Path.of("/proc/self/fd"))) {
            return all.count();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    /// -1 when one of them has just gone.
    private static int subgroups(Container c) {
        int count = 0;
        for (Path group : engine.groups()) {
            Path own = group.resolve(c.id().hex());
            if (Files.isDirectory(own)) {
                try (Stream<Path> all = Files.walk(own)) {
                    count += (int) all.filter(Files::isDirectory).count();
                } catch (IOException | java.io.UncheckedIOException e) {
                    return -1;
                }
            }
        }
        return count;
    }
}
