package dev.gantry.images.snapshot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gantry.base.ContainerId;
import dev.gantry.base.Digest;
import dev.gantry.base.GantryException;
import dev.gantry.base.Unavailable;
import dev.gantry.images.layer.LayerLimits;
import dev.gantry.images.layer.TarLayerExtractor;
import dev.gantry.linux.Errno;
import dev.gantry.linux.Kernel;
import dev.gantry.linux.Linux;
import dev.gantry.linux.Sys;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Each system call on the way of a layer fails once: what comes is an error in words, no descriptor stays
/// open, and no layer is visible that is not whole.
class FaultTest {
    private static final ChainId CHAIN = new ChainId(Digest.sha256("c".repeat(64)));

    @TempDir
    Path dir;

    private byte[] tar;

    /// The host, except that one call fails.
    private static final class Faulty implements Kernel {
        private final int failing;
        private final Errno errno;
        private final AtomicInteger calls = new AtomicInteger();
        private final Set<Long> open = ConcurrentHashMap.newKeySet();
        private volatile String failed = "nothing";

        Faulty(int failing, Errno errno) {
            this.failing = failing;
            this.errno = errno;
        }

        @Override
        public long call(Arena arena, Sys sys, long a, long b, long c, long d, long e, long f) {
            if (sys == Sys.CLOSE) {
                open.remove(a);
            } else if (calls.incrementAndGet() == failing) {
                failed = sys.callName();
                return -errno.number();
            }
            long rc = Kernel.host().call(arena, sys, a, b, c, d, e, f);
            if (sys == Sys.OPENAT2 && rc >= 0) {
                open.add(rc);
            }
            return rc;
        }
    }

    @BeforeEach
    void packALayer() throws Exception {
        Assumptions.assumeTrue(Linux.host().processes().effectiveUid() == 0, "only root makes devices and owners");
        Process process =
                new ProcessBuilder("sh", "-euc", """
                        mkdir -p t/d/e; cd t; head -c 600000 /dev/zero > d/big; echo x > d/e/f; ln d/e/f h; ln -s d l
                        mkfifo p; mknod n c 1 3; : > d/.wh.gone; : > d/.wh..wh..opq; chmod 4755 d/big; chown 5:6 d/big
                        tar -cf ../t.tar d h l p n d/e/f
                        """).directory(dir.toFile()).start();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).isZero();
        tar = Files.readAllBytes(dir.resolve("t.tar"));
    }

    private void unpack(Linux linux, Path root) throws IOException {
        try (var snapshots = new OverlaySnapshotter(linux, root);
                var stage = snapshots.stage(CHAIN)) {
            long bytes = new TarLayerExtractor(linux, snapshots.flavor(), LayerLimits.DEFAULT)
                    .extract(new ByteArrayInputStream(tar), stage.directory(), "t", _ -> {});
            stage.commit(bytes);
            snapshots.prepare(new ContainerId("2".repeat(64)), java.util.List.of(CHAIN));
        }
    }

    @Test
    void whicheverCallFailsTheErrorIsInWordsAndNothingHalfIsVisible() throws IOException {
        Faulty none = new Faulty(-1, Errno.EIO);
        unpack(Linux.over(none), dir.resolve("none"));
        assertThat(none.open).isEmpty();
        int total = none.calls.get();
        int errors = 0;
        for (int n = 1; n <= total; n++) {
            Faulty kernel = new Faulty(n, Errno.EIO);
            Path root = dir.resolve("n" + n);
            String as = "call " + n + " of " + total;
            boolean worked = false;
            try {
                unpack(Linux.over(kernel), root);
                worked = true;
            } catch (GantryException e) {
                errors++;
                assertThat(e.getMessage()).as(as).contains("input/output error");
            } catch (RuntimeException | IOException e) {
                throw new AssertionError(as + ", " + kernel.failed, e);
            }
            assertThat(kernel.open).as(as + ", " + kernel.failed).isEmpty();
            // The next process sees a whole layer, or none.
            try (var after = new OverlaySnapshotter(Linux.host(), root)) {
                if (after.contains(CHAIN)) {
                    assertThat(after.contentBytes(CHAIN)).as(as).isEqualTo(600_002);
                    assertThat(root.resolve(CHAIN.digest().hex()).resolve("fs/d/e/f"))
                            .as(as)
                            .hasContent("x");
                }
                assertThat(root.resolve("stage")).as(as).isEmptyDirectory();
                // A clean-up that fails comes after the container was prepared.
                boolean prepared = worked || kernel.failed.equals("unlinkat");
                assertThat(after.containers()).as(as).hasSize(prepared ? 1 : 0);
            }
            Linux.host().trees().delete(root.toString());
        }
        assertThat(errors).isGreaterThan(total / 2);
    }

    @Test
    void aFullDiskIsUnavailableAndLeavesNothing() throws IOException {
        Kernel full = (arena, sys, a, b, c, d, e, f) ->
                sys == Sys.WRITE ? -Errno.ENOSPC.number() : Kernel.host().call(arena, sys, a, b, c, d, e, f);
        Path root = dir.resolve("full");
        assertThatThrownBy(() -> unpack(Linux.over(full), root))
                .isInstanceOf(Unavailable.class)
                .hasMessageContaining("no space left on device");
        assertThat(root.resolve("stage")).isEmptyDirectory();
        assertThat(root.resolve(CHAIN.digest().hex())).doesNotExist();
    }
}
