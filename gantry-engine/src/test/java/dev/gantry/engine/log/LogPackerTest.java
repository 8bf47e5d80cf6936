package dev.gantry.engine.log;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.base.ContainerId;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// One look at one log, without a watch.
@Timeout(120)
class LogPackerTest {
    private static final ContainerId ID = new ContainerId("c".repeat(64));

    @TempDir
    Path dir;

    private Path log;

    @BeforeEach
    void write() throws IOException {
        log = Files.createDirectory(dir.resolve("c")).resolve("F");
        Files.writeString(log, "F\n");
        Files.writeString(older(".1"), "F.1\n");
        Files.writeString(older(".2"), "F.2\n");
    }

    private Path older(String suffix) {
        return log.resolveSibling("F" + suffix);
    }

    private void look(LogPacking.Turns turns) throws IOException {
        try (var packing = new LogPacking(dir, List::of, turns, new LogPacking.Wanted(), Duration.ofDays(1))) {
            packing.pack(ID, log);
        }
        assertThat(dir.resolve(".log-packing")).doesNotExist();
    }

    private static boolean now(ContainerId id, Runnable action) {
        action.run();
        return true;
    }

    private static String unpacked(Path file) throws IOException {
        try (var in = new GZIPInputStream(Files.newInputStream(file))) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    @Test
    void nothingIsPackedBeforeAWatchCanSeeTheLock() throws IOException {
        look(LogPackerTest::now);
        assertThat(older(".lock")).exists();
        assertThat(older(".2")).exists();
        assertThat(older(".2.gz")).doesNotExist();
        look(LogPackerTest::now);
        assertThat(older(".2")).doesNotExist();
        assertThat(unpacked(older(".2.gz"))).isEqualTo("F.2\n");
        assertThat(older(".1")).exists();
    }

    @Test
    void aBusyContainerIsLeftForTheNextLook() throws IOException {
        Files.createFile(older(".lock"));
        look((_, _) -> false);
        assertThat(older(".2")).exists();
        assertThat(older(".2.gz")).doesNotExist();
    }

    @Test
    void aFileThatWasRenamedMeanwhileIsReplacedUnderItsNewName() throws IOException {
        Files.createFile(older(".lock"));
        look((id, action) -> {
            try {
                Files.move(older(".2"), older(".3"));
                Files.move(older(".1"), older(".2"));
                Files.move(log, older(".1"));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            return now(id, action);
        });
        assertThat(unpacked(older(".3.gz"))).isEqualTo("F.2\n");
        assertThat(Files.readString(older(".2"))).isEqualTo("F.1\n");
        assertThat(older(".3")).doesNotExist();
        assertThat(older(".2.gz")).doesNotExist();
    }

    /// While the packed one waits for its turn the plain one is gone, and a new file may have got its inode.
    @Test
    void aFileThatIsGoneIsNotTakenForOneThatIsNew() throws IOException {
        Files.createFile(older(".lock"));
        look((id, action) -> {
            try {
                Files.delete(older(".2"));
                Files.writeString(older(".2"), "another\n");
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            return now(id, action);
        });
        assertThat(Files.readString(older(".2"))).isEqualTo("another\n");
        assertThat(older(".2.gz")).doesNotExist();
    }

    @Test
    void aLookThatFailsIsNotTheLast() throws Exception {
        var looks = new CountDownLatch(2);
        try (var _ = new LogPacking(
                dir,
                () -> {
                    looks.countDown();
                    throw new IllegalStateException("no list");
                },
                LogPackerTest::now,
                new LogPacking.Wanted(),
                Duration.ofMillis(1))) {
            assertThat(looks.await(60, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void whileNobodyAsksForItNobodyLooksUntilSomebodyDoes() throws Exception {
        var looks = new Semaphore(0);
        var wanted = new LogPacking.Wanted();
        try (var _ = new LogPacking(
                dir,
                () -> {
                    looks.release();
                    return List.of();
                },
                LogPackerTest::now,
                wanted,
                Duration.ofMillis(1))) {
            assertThat(looks.tryAcquire(60, TimeUnit.SECONDS)).isTrue();
            while (!wanted.asked.hasQueuedThreads()) {
                Thread.sleep(1);
            }
            assertThat(looks.availablePermits()).isZero();
            wanted.again();
            assertThat(looks.tryAcquire(60, TimeUnit.SECONDS)).isTrue();
        }
    }
}
