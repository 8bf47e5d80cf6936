package dev.gantry.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gantry.base.Conflict;
import dev.gantry.base.GantryException;
import dev.gantry.base.InvalidArgument;
import dev.gantry.engine.container.Container;
import dev.gantry.engine.container.Resources;
import dev.gantry.engine.container.RestartPolicy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Limits that change.
class UpdateTest {
    private static final long MIB = 1 << 20;

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

    private static Resources limits(long memory, long withSwap, long cpuNanos, long pids) {
        return new Resources(memory, withSwap, 0, cpuNanos, 0, 0, 0, "", "", pids, 0, 0, List.of());
    }

    private static void update(Container c, Resources limits) {
        engine.containers().update(c.id(), s -> s.toBuilder().resources(limits).build());
    }

    private static Container now(Container c) {
        return engine.containers().get(c.id()).orElseThrow();
    }

    /// Of v1 or v2, whichever there is.
    private static String kernel(Container c, String... names) throws IOException {
        for (Path group : engine.groups()) {
            for (String name : names) {
                Path file = group.resolve(c.id().hex()).resolve(name);
                if (Files.exists(file)) {
                    return Files.readString(file).strip();
                }
            }
        }
        throw new AssertionError("there is none of " + List.of(names));
    }

    private static String memory(Container c) throws IOException {
        return kernel(c, "memory.limit_in_bytes", "memory.max");
    }

    @Test
    void whatRunsHasItsNewLimitsAtOnceUpAndDown() throws IOException {
        Container c = engine.started(engine.spec("sleep", "1000").resources(limits(32 * MIB, 64 * MIB, 0, 10)));
        update(c, limits(256 * MIB, 512 * MIB, 500_000_000, 20));
        assertThat(memory(c)).isEqualTo("" + 256 * MIB);
        assertThat(kernel(c, "pids.max")).isEqualTo("20");
        assertThat(kernel(c, "cpu.cfs_quota_us", "cpu.max")).startsWith("50000");
        update(c, limits(16 * MIB, 16 * MIB, 1_500_000_000, -1));
        assertThat(memory(c)).isEqualTo("" + 16 * MIB);
        assertThat(kernel(c, "pids.max")).isEqualTo("max");
        assertThat(kernel(c, "cpu.cfs_quota_us", "cpu.max")).startsWith("150000");
        assertThat(now(c).spec().resources().memoryBytes()).isEqualTo(16 * MIB);
        engine.reopen();
        assertThat(now(c).spec().resources().memoryBytes()).isEqualTo(16 * MIB);
        assertThat(memory(c)).isEqualTo("" + 16 * MIB);
        engine.containers().remove(c.id(), true);
    }

    @Test
    void oneThatDoesNotRunHasThemAtItsNextStart() throws IOException {
        Container c = engine.create(engine.spec("sleep", "1000"));
        update(c, limits(48 * MIB, 0, 0, 7));
        engine.containers().start(c.id());
        assertThat(memory(c)).isEqualTo("" + 48 * MIB);
        assertThat(kernel(c, "pids.max")).isEqualTo("7");
        engine.containers().remove(c.id(), true);
    }

    @Test
    void whatIsRefusedChangesNothing() throws IOException {
        Container c = engine.started(engine.spec("sleep", "1000").resources(limits(32 * MIB, 64 * MIB, 0, 10)));
        assertThatThrownBy(() -> update(c, limits(1000, 0, 0, 0))).isInstanceOf(InvalidArgument.class);
        var far = new Resources(64 * MIB, 128 * MIB, 0, 0, 0, 0, 0, "4000", "", 10, 0, 0, List.of());
        assertThatThrownBy(() -> update(c, far)).isInstanceOf(InvalidArgument.class);
        // The kernel refuses the last of these; v2 takes any weight.
        var wrong = new Resources(64 * MIB, 128 * MIB, 0, 0, 500, 1000, 0, "", "", 10, 0, 0, List.of());
        Optional<GantryException> refused = Optional.empty();
        try {
            update(c, wrong);
        } catch (GantryException e) {
            refused = Optional.of(e);
        }
        assertThat(refused).containsInstanceOf(Conflict.class);
        assertThat(memory(c)).isEqualTo("" + 32 * MIB);
        assertThat(kernel(c, "pids.max")).isEqualTo("10");
        assertThat(now(c).spec().resources()).isEqualTo(limits(32 * MIB, 64 * MIB, 0, 10));
        engine.containers().remove(c.id(), true);
    }

    @Test
    void anEngineThatDiesInBetweenLeavesAMarkByWhichTheNextOneWritesWhatIsStored() throws IOException {
        Container c = engine.started(engine.spec("sleep", "1000").resources(limits(32 * MIB, 64 * MIB, 0, 0)));
        Path mark = dir.resolve("data/containers").resolve(c.id().hex()).resolve("update");
        engine.reopenAfter(() -> {
            try {
                Files.write(mark, new byte[0]);
                for (Path group : engine.groups()) {
                    Path own = group.resolve(c.id().hex());
                    if (Files.exists(own.resolve("pids.max"))) {
                        Files.writeString(own.resolve("pids.max"), "33");
                    }
                    for (String name : List.of("memory.limit_in_bytes", "memory.max")) {
                        if (Files.exists(own.resolve(name))) {
                            Files.writeString(own.resolve(name), "" + 48 * MIB);
                        }
                    }
                }
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        });
        assertThat(memory(c)).isEqualTo("" + 32 * MIB);
        assertThat(kernel(c, "pids.max")).isEqualTo("max");
        assertThat(mark).doesNotExist();
        engine.containers().remove(c.id(), true);
    }

    @Test
    void theRestartPolicyOfWhatRunsHoldsAtItsNextEnd() {
        Container c = engine.started(engine.spec("sleep", "1000"));
        engine.containers()
                .update(
                        c.id(),
                        s -> s.toBuilder()
                                .restart(new RestartPolicy(RestartPolicy.Kind.ALWAYS, 0))
                                .build());
        ProcessHandle.of(c.pid()).orElseThrow().destroyForcibly();
        TestEngine.await("it runs again", () -> now(c).isRunning() && now(c).pid() != c.pid());
        assertThat(now(c).history().restarts()).isEqualTo(1);
        engine.containers().remove(c.id(), true);
    }
}
