package dev.gantry.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.engine.container.Container;
import dev.gantry.engine.container.ContainerState;
import dev.gantry.engine.container.RestartPolicy;
import dev.gantry.engine.files.ContainerFiles;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Files of containers that are copied while these end and start.
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class RootUseTest {
    private static final Duration START_GIVES_UP_AFTER = Duration.ofSeconds(17);

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

    private static Container now(Container c) {
        return engine.containers().get(c.id()).orElseThrow();
    }

    /// Whether a thread waits for those who use a root.
    private static boolean isWaiting(Thread thread) {
        for (StackTraceElement frame : thread.getStackTrace()) {
            if (frame.getClassName().endsWith("RootUsers")) {
                return true;
            }
        }
        return false;
    }

    @Test
    void aStartWaitsForWhoStillReadsTheFilesOfTheRunBefore() throws InterruptedException {
        Container c = engine.started(engine.sh("sleep 1000"));
        var over = new AtomicBoolean();
        var overAtStart = new CompletableFuture<Boolean>();
        Thread starting;
        try (ContainerFiles.Outgoing reading = engine.gantry.files().read(c.id(), "/etc")) {
            assertThat(reading.stat().name()).isEqualTo("etc");
            engine.containers().kill(c.id(), 9);
            engine.exit(c.id());
            starting = Thread.ofPlatform().daemon().start(() -> {
                engine.containers().start(c.id());
                overAtStart.complete(over.get());
            });
            TestEngine.await("the start waits", () -> isWaiting(starting) || overAtStart.isDone());
            over.set(true);
        }
        starting.join();
        assertThat(overAtStart).isCompletedWithValue(true);
    }

    /// It takes as long as a start is patient.
    @Test
    void aRestartThatFindsTheFilesInUseIsTriedAgain() throws InterruptedException {
        Container c = engine.started(engine.sh("sleep 1000").restart(RestartPolicy.parse("always")));
        try (ContainerFiles.Outgoing reading = engine.gantry.files().read(c.id(), "/etc")) {
            assertThat(reading.stat().name()).isEqualTo("etc");
            ProcessHandle.of(c.pid()).orElseThrow().destroyForcibly();
            TestEngine.await("it has ended", () -> now(c).state() instanceof ContainerState.Restarting);
            Thread.sleep(START_GIVES_UP_AFTER);
            assertThat(now(c).state()).isInstanceOf(ContainerState.Restarting.class);
        }
        TestEngine.await("it runs again", () -> now(c).isRunning());
    }

    @Test
    void anArchiveThatNeverMakesUsWaitEndsWithItsCaller() throws InterruptedException {
        Container c = engine.create(engine.spec("true"));
        var failure = new CompletableFuture<Exception>();
        Thread copying = Thread.ofPlatform().daemon().start(() -> {
            try {
                engine.gantry
                        .files()
                        .write(
                                c.id(),
                                "/tmp",
                                new OneHugeFile(Thread.currentThread()),
                                new ContainerFiles.Arrival(false, false));
            } catch (IOException | RuntimeException e) {
                failure.complete(e);
            }
        });
        copying.join();
        assertThat(failure.getNow(new IOException("it read to the end")))
                .hasStackTraceContaining("interrupted while copying files");
    }

    @Test
    void aClientThatNeverMakesUsWaitGetsNoMoreAfterAnInterrupt() throws InterruptedException {
        Container c = engine.create(engine.spec("true"));
        var failure = new CompletableFuture<Exception>();
        Thread copying = Thread.ofPlatform().daemon().start(() -> {
            try (ContainerFiles.Outgoing files = engine.gantry.files().read(c.id(), "/bin")) {
                files.write(new OutputStream() {
                    @Override
                    public void write(int b) {
                        Thread.currentThread().interrupt();
                    }
                });
            } catch (IOException | RuntimeException e) {
                failure.complete(e);
            }
        });
        copying.join();
        assertThat(failure.getNow(new IOException("it wrote to the end")))
                .hasStackTraceContaining("interrupted while copying files");
    }

    /// A tar of one file of a gigabyte, as fast as memory. Once it has begun the caller is interrupted, and its reader
    /// is
    /// kept busy until it is, too.
    private static final class OneHugeFile extends InputStream {
        private final byte[] head = head();
        private final Thread caller;
        private int at;

        OneHugeFile(Thread caller) {
            this.caller = caller;
        }

        @Override
        public int read() {
            return at < head.length ? head[at++] : 0;
        }

        @Override
        public int read(byte[] into, int from, int length) {
            if (at < head.length) {
                int n = Math.min(length, head.length - at);
                System.arraycopy(head, at, into, from, n);
                at += n;
                return n;
            }
            caller.interrupt();
            long end = System.nanoTime() + TestEngine.SOON.toNanos();
            while (!Thread.currentThread().isInterrupted() && System.nanoTime() < end) {
                Thread.onSpinWait();
            }
            return length;
        }

        private static byte[] head() {
            byte[] block = new byte[512];
            put(block, 0, "always-the-same");
            put(block, 100, "0000644");
            put(block, 108, "0000000");
            put(block, 116, "0000000");
            put(block, 124, "10000000000");
            put(block, 136, "00000000000");
            put(block, 148, "        ");
            block[156] = '0';
            put(block, 257, "ustar");
            put(block, 263, "00");
            int sum = 0;
            for (byte b : block) {
                sum += b & 0xff;
            }
            put(block, 148, String.format("%06o", sum));
            block[154] = 0;
            return block;
        }

        private static void put(byte[] block, int at, String text) {
            byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
            System.arraycopy(bytes, 0, block, at, bytes.length);
        }
    }
}
