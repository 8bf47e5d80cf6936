package dev.gantry.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.engine.container.Container;
import dev.gantry.engine.stats.Sample;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What real containers use.
class StatsTest {
    @TempDir
    Path dir;

    @Test
    void theKernelsNumbersArriveAndNoFileStaysOpen() throws IOException {
        try (TestEngine engine = TestEngine.start(dir)) {
            Container c = engine.started(engine.sh("yes > /dev/null & sleep 1000")
                    .memoryBytes(64 << 20)
                    .pidsLimit(20));
            long before = open(c);
            try (var watching = engine.gantry.stats().watch(c.id())) {
                Sample first = watching.next().orElseThrow().now().orElseThrow();
                var reading = watching.next().orElseThrow();
                while (reading.before().isEmpty()) {
                    reading = watching.next().orElseThrow();
                }
                Sample now = reading.now().orElseThrow();
                assertThat(now.at()).isAfter(first.at());
                assertThat(now.cpu().totalNanos()).isGreaterThan(first.cpu().totalNanos());
                assertThat(now.cpu().systemNanos()).isGreaterThan(first.cpu().systemNanos());
                assertThat(now.cpu().online()).isEqualTo(Runtime.getRuntime().availableProcessors());
                assertThat(now.memory().usageBytes()).isBetween(1L, 64L << 20);
                assertThat(now.memory().limitBytes()).isEqualTo(64L << 20);
                assertThat(now.memory().stat()).containsKey("inactive_file");
                assertThat(now.pids().current()).isBetween(2L, 3L); // a shell may become its last command
                assertThat(now.pids().limit()).hasValue(20);
                assertThat(now.links()).isEmpty();
                assertThat(open(c)).isGreaterThan(before);
            }
            TestEngine.await("its files are closed", () -> {
                try {
                    return open(c) <= before;
                } catch (IOException e) {
                    return false;
                }
            });
            engine.containers().kill(c.id(), 9);
            engine.exit(c.id());
            assertThat(engine.gantry.stats().read(c.id())).isEmpty();
        }
    }

    /// Files of this container's groups that this process has open.
    private static long open(Container c) throws IOException {
        try (Stream<Path> fds = Files.list(Path.of("/proc/self/fd"))) {
            return fds.filter(fd -> {
                        try {
                            return Files.readSymbolicLink(fd).toString().contains(c.id().hex());
                        } catch (IOException e) {
                            return false;
                        }
                    })
                    .count();
        }
    }
}
