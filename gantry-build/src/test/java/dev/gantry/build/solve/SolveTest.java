package dev.gantry.build.solve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.gantry.base.Digest;
import dev.gantry.build.graph.Files;
import dev.gantry.build.graph.Note;
import dev.gantry.build.graph.Op;
import dev.gantry.build.graph.Vertex;
import dev.gantry.images.document.Descriptor;
import dev.gantry.images.image.Layers;
import dev.gantry.images.registry.Credentials;
import dev.gantry.linux.Linux;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class SolveTest {
    private static final Layers.Layer LAYER =
            new Layers.Layer(Descriptor.of("application/x", Digest.sha256Of("blob"), 7), Digest.sha256Of("diff"));
    private static final Result MADE = new Result.Root(List.of(LAYER), Instant.EPOCH);
    private static final Asked ASKED =
            new Asked(Sources.NONE, Lent.NOTHING, _ -> Credentials.ANONYMOUS, Optional.empty(), false);

    @TempDir
    Path directory;

    private final HeldLayers layers = new HeldLayers();

    private interface Doing {
        List<Result> run(Vertex vertex, Work.Means means) throws InterruptedException;
    }

    private Solver solver(boolean keyed, Doing doing) {
        Work work = new Work() {
            @Override
            public Optional<Digest> key(Vertex vertex, List<Result> inputs, Asked asked) {
                return keyed ? Optional.of(vertex.digest()) : Optional.empty();
            }

            @Override
            public List<Result> run(Vertex vertex, List<Result> inputs, Asked asked, Means means)
                    throws InterruptedException {
                return doing.run(vertex, means);
            }
        };
        var cache = new Cache(Linux.host(), directory, layers, Clock.systemUTC(), 0);
        return new Solver(work, cache, layers, Clock.systemUTC(), 1);
    }

    private static Vertex vertex(String name, Files... inputs) {
        return new Vertex(new Op.LocalSource(name, List.of(), List.of(), List.of()), List.of(inputs), Note.NONE);
    }

    @Test
    void aChainMayBeAsLongAsADockerfile() throws Exception {
        Vertex top = vertex("base");
        for (int i = 0; i < 10_000; i++) {
            top = vertex("next", top.result());
        }
        try (Solve solve = solver(false, (_, _) -> List.of(Result.Root.EMPTY)).begin(ASKED, _ -> {})) {
            assertThat(solve.of(top.result())).isEqualTo(Result.Root.EMPTY);
        }
    }

    @Test
    void whatAStepMakesIsHeldUntilTheBuildIsClosed() throws Exception {
        isHeld(false);
    }

    @Test
    void whatIsMadeForManyIsHeldUntilTheBuildIsClosed() throws Exception {
        isHeld(true);
    }

    private void isHeld(boolean keyed) throws InterruptedException {
        Solver solver = solver(keyed, (_, means) -> {
            means.hold().add(List.of(LAYER));
            return List.of(MADE);
        });
        try (Solve solve = solver.begin(ASKED, _ -> {})) {
            solve.of(vertex("step").result());
            assertThat(layers.lost()).isEmpty();
        }
        assertThat(layers.lost()).containsExactly(LAYER);
    }

    @Test
    void whatIsNoProgramTakesNoTurn() throws Exception {
        var both = new CountDownLatch(2);
        Solver solver = solver(true, (vertex, _) -> {
            if (vertex.inputs().isEmpty()) {
                both.countDown();
                both.await();
            }
            return List.of(Result.Root.EMPTY);
        });
        Vertex top = vertex("top", vertex("one").result(), vertex("other").result());
        try (Solve solve = solver.begin(ASKED, _ -> {})) {
            assertThat(solve.of(top.result())).isEqualTo(Result.Root.EMPTY);
        }
    }

    @Test
    void anErrorEndsWhoeverWaits() {
        Solver solver = solver(false, (_, _) -> {
            throw new StackOverflowError("deep");
        });
        Vertex step = vertex("step");
        try (Solve solve = solver.begin(ASKED, _ -> {})) {
            assertThatThrownBy(() -> solve.of(vertex("top", step.result()).result()))
                    .hasMessage("deep");
            assertThatThrownBy(() -> solve.of(step.result())).hasMessage("deep");
        }
    }

    @Test
    void aListenerThatThrowsEndsItsOwnBuildAlone() throws Exception {
        var first = new CountDownLatch(1);
        var left = new CountDownLatch(1);
        Solver solver = solver(true, (_, means) -> {
            means.told().log(1, new byte[1]);
            left.await();
            means.told().log(1, new byte[1]);
            return List.of(Result.Root.EMPTY);
        });
        Vertex step = vertex("step");
        var other = new FutureTask<Throwable>(() -> {
            first.await();
            try (Solve solve = solver.begin(ASKED, event -> {
                if (event instanceof Event.Log) {
                    throw new IllegalStateException("the client has left");
                }
            })) {
                return catchThrowable(() -> solve.of(step.result()));
            } finally {
                left.countDown();
            }
        });
        Thread.startVirtualThread(other);
        try (Solve solve = solver.begin(ASKED, event -> {
            if (event instanceof Event.Log) {
                first.countDown();
            }
        })) {
            assertThat(solve.of(step.result())).isEqualTo(Result.Root.EMPTY);
        }
        assertThat(other.get()).hasMessage("the client has left");
    }
}
