package dev.gantry.engine.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gantry.base.ContainerId;
import dev.gantry.base.Unavailable;
import dev.gantry.images.snapshot.RootFs;
import dev.gantry.linux.Fd;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Who uses a root, and who waits for them.
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class RootUsersTest {
    private static final Duration LONG = Duration.ofSeconds(50);
    private static final RootFs LAYERS =
            new RootFs.Overlay(List.of(Path.of("/lower")), Path.of("/upper"), Path.of("/work"), List.of());
    private static final StoredContainer ROW = new StoredContainer(
            new ContainerId("a".repeat(64)),
            "web",
            ContainerSpec.of("dir:/").args("true").build(),
            "",
            Instant.EPOCH,
            new ContainerState.Created(),
            new Container.History(Optional.empty(), Optional.empty(), 0, false, ""),
            "boot-a",
            "");

    /// Those who use it have no time at all.
    private final RootUsers users = new RootUsers(Duration.ZERO, LONG);

    private OpenRoot user() {
        OpenRoot[] user = new OpenRoot[1];
        user[0] = new OpenRoot(ROW, LAYERS, Fd.CWD, () -> users.remove(user[0]));
        users.add(user[0]);
        return user[0];
    }

    private interface Work {
        void run() throws IOException;
    }

    /// Works with `root` and never has to wait for anything.
    private static CompletableFuture<Throwable> working(OpenRoot root, Work work) throws InterruptedException {
        var end = new CompletableFuture<Throwable>();
        var begun = new CountDownLatch(1);
        Thread.ofPlatform().daemon().start(() -> {
            try (root) {
                root.working();
                begun.countDown();
                while (true) {
                    work.run();
                }
            } catch (IOException | RuntimeException e) {
                end.complete(e);
            }
        });
        begun.await();
        return end;
    }

    @Test
    void whoWritesWithoutEverWaitingIsCut() throws InterruptedException {
        OpenRoot root = user();
        OutputStream out = root.whileOpen(OutputStream.nullOutputStream());
        CompletableFuture<Throwable> end = working(root, () -> out.write(new byte[512]));
        users.yield("start container web");
        assertThat(end.join())
                .isInstanceOf(Unavailable.class)
                .hasMessageContaining("it is being started or removed: copy them again");
    }

    @Test
    void whoReadsWithoutEverWaitingIsCut() throws InterruptedException {
        OpenRoot root = user();
        InputStream in = root.whileOpen(new Endless());
        CompletableFuture<Throwable> end = working(root, () -> in.read(new byte[512]));
        users.yield("start container web");
        assertThat(end.join()).isInstanceOf(Unavailable.class);
    }

    @Test
    void whoWaitsForTheMountsOfThoseWhoUseThemCutsNobody() {
        OpenRoot root = user();
        OutputStream out = root.whileOpen(OutputStream.nullOutputStream());
        assertThatThrownBy(() -> users.await("look at files of container web"))
                .isInstanceOf(Unavailable.class)
                .hasMessageContaining("ask again later");
        assertThatCode(() -> out.write(1)).doesNotThrowAnyException();
        root.close();
        users.await("look at files of container web");
    }

    @Test
    void mountsThatDoNotGoAreNoSuccessAndHoldUpNobodyElse() {
        var unmounted = new CompletableFuture<Void>();
        var held = new HeldRoot(Fd.CWD, () -> unmounted, users, Duration.ofMillis(1));
        OpenRoot root = held.join(ROW, LAYERS).orElseThrow();
        root.close();
        assertThat(held.join(ROW, LAYERS)).isEmpty();
        for (int attempt = 0; attempt < 2; attempt++) {
            assertThatThrownBy(() -> held.yield("start container web"))
                    .isInstanceOf(Unavailable.class)
                    .hasMessageContaining("their mounts do not go");
        }
        unmounted.complete(null);
        var patient = new HeldRoot(Fd.CWD, () -> unmounted, users, LONG);
        patient.yield("start container web");
        assertThat(patient.join(ROW, LAYERS)).isEmpty();
    }

    @Test
    void nobodyWaitsForALockWhileTheMountsGo() throws InterruptedException {
        var asked = new CountDownLatch(1);
        var unmounted = new CompletableFuture<Void>();
        var held = new HeldRoot(
                Fd.CWD,
                () -> {
                    asked.countDown();
                    return unmounted;
                },
                users,
                LONG);
        OpenRoot root = held.join(ROW, LAYERS).orElseThrow();
        Thread leaving = Thread.ofPlatform().daemon().start(root::close);
        asked.await();
        assertThat(held.join(ROW, LAYERS)).isEmpty();
        assertThat(leaving.isAlive()).isTrue();
        unmounted.complete(null);
        leaving.join();
    }

    private static final class Endless extends InputStream {
        @Override
        public int read() {
            return 0;
        }

        @Override
        public int read(byte[] into, int from, int length) {
            return length;
        }
    }
}
