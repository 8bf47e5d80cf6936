package dev.gantry.build;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gantry.base.Conflict;
import dev.gantry.base.Digest;
import dev.gantry.base.Platform;
import dev.gantry.build.check.Finding;
import dev.gantry.build.graph.Files;
import dev.gantry.build.graph.Note;
import dev.gantry.build.graph.Op;
import dev.gantry.build.graph.Vertex;
import dev.gantry.build.output.Outputs;
import dev.gantry.build.solve.Asked;
import dev.gantry.build.solve.Cache;
import dev.gantry.build.solve.Event;
import dev.gantry.build.solve.HeldLayers;
import dev.gantry.build.solve.Lent;
import dev.gantry.build.solve.Result;
import dev.gantry.build.solve.Solver;
import dev.gantry.build.solve.Sources;
import dev.gantry.build.solve.Work;
import dev.gantry.build.work.ImageWork;
import dev.gantry.images.image.Images;
import dev.gantry.images.registry.Credentials;
import dev.gantry.linux.Linux;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class BuildingTest {
    private static final BuildListener SILENT = new BuildListener() {
        @Override
        public void planned(List<Vertex> vertices, List<Finding> findings) {}

        @Override
        public void on(Event event) {}
    };
    private static final Files SOME = new Vertex(
                    new Op.LocalSource("context", List.of(), List.of(), List.of()), List.of(), Note.of("load", 1))
            .result();

    @TempDir
    Path directory;

    private final HeldLayers layers = new HeldLayers();
    private final CountDownLatch begun = new CountDownLatch(1);
    private final CountDownLatch goOn = new CountDownLatch(1);
    private final CountDownLatch after = new CountDownLatch(1);

    private Building building() {
        Work work = new Work() {
            @Override
            public Optional<Digest> key(Vertex vertex, List<Result> inputs, Asked asked) {
                return Optional.empty();
            }

            @Override
            public List<Result> run(Vertex vertex, List<Result> inputs, Asked asked, Means means)
                    throws InterruptedException {
                begun.countDown();
                goOn.await();
                return List.of(Result.Root.EMPTY);
            }
        };
        var cache = new Cache(Linux.host(), directory, layers, Clock.systemUTC(), 0);
        var none = (Images)
                Proxy.newProxyInstance(Images.class.getClassLoader(), new Class<?>[] {Images.class}, (_, method, _) -> {
                    throw new UnsupportedOperationException(method.getName());
                });
        return new Building(
                layers,
                new ImageWork(none),
                new Solver(work, cache, layers, Clock.systemUTC(), 1),
                new Outputs(Linux.host(), layers, root -> {
                    throw new UnsupportedOperationException(root.toString());
                }),
                (_, _, _) -> {},
                after::countDown,
                new Asked(Sources.NONE, Lent.NOTHING, _ -> Credentials.ANONYMOUS, Optional.empty(), false));
    }

    @Test
    void nothingIsBegunWhenItIsClosed() throws Exception {
        Building building = building();
        building.closeThen(() -> {});
        assertThatThrownBy(() -> building.result(Files.NONE, Optional.empty(), SILENT))
                .isInstanceOf(Conflict.class)
                .hasMessageContaining("the build has ended");
        assertThatThrownBy(() -> building.bases().find("busybox", Platform.host(), Op.Pull.NEVER))
                .isInstanceOf(Conflict.class);
        assertThat(after.await(60, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void whatIsUnderWayEndsFirst() throws Exception {
        Building building = building();
        var solving = new FutureTask<>(() -> building.result(SOME, Optional.empty(), SILENT));
        Thread.ofVirtual().start(solving);
        begun.await();
        var closed = new CountDownLatch(1);
        building.closeThen(closed::countDown);
        assertThat(closed.getCount()).isEqualTo(1);
        goOn.countDown();
        assertThat(solving.get()).isEqualTo(Result.Root.EMPTY);
        assertThat(closed.await(60, TimeUnit.SECONDS)).isTrue();
        assertThat(after.await(60, TimeUnit.SECONDS)).isTrue();
    }
}
