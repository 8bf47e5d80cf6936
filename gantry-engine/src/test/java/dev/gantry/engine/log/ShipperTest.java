package dev.gantry.engine.log;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.base.ContainerId;
import dev.gantry.base.Unavailable;
import dev.gantry.runtime.watch.Follower;
import dev.gantry.runtime.watch.LogPosition;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// What is sent of a container that is over, whatever goes wrong meanwhile.
@Timeout(60)
class ShipperTest {
    private static final String RECORD = "2026-11-21T04:47:58Z stdout F ";
    private static final Duration SOON = Duration.ofSeconds(30);

    @TempDir
    Path dir;

    private final AtomicInteger opened = new AtomicInteger();
    private final BlockingQueue<String> got = new LinkedBlockingQueue<>();

    private class Taking implements LogDriver, LogSink {
        @Override
        public void check(Map<String, String> options) {}

        @Override
        public LogSink open(LogSource source) {
            opened.incrementAndGet();
            return this;
        }

        @Override
        public void write(LogRecord log) throws IOException {
            got.add(new String(log.bytes(), StandardCharsets.UTF_8).strip());
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    }

    private static final class Over implements Shipper.Run {
        @Override
        public Optional<Follower> follow(LogPosition from) {
            return Optional.empty();
        }

        @Override
        public boolean isOver() {
            return true;
        }

        @Override
        public boolean leave() {
            return true;
        }

        @Override
        public void gone() {}
    }

    private Path log(String... lines) throws IOException {
        Path log = dir.resolve("container.log");
        return Files.writeString(log, RECORD + String.join("\n" + RECORD, lines) + "\n");
    }

    private void sent(Path log, long offset) throws IOException {
        Files.writeString(log.resolveSibling(log.getFileName() + ".sent"), "0 " + offset + "\n");
    }

    private Shipper shipper(LogDriver driver, Path log) {
        var source = new LogSource(
                new ContainerId("ab".repeat(32)),
                "web",
                "sha256:" + "cd".repeat(32),
                "busybox",
                List.of("true"),
                Instant.EPOCH,
                Map.of(),
                List.of(),
                Map.of());
        return new Shipper(driver, source, log, TextRecords::parse, null, new Over());
    }

    private void ship(LogDriver driver, Path log) {
        Shipper shipper = shipper(driver, log);
        shipper.start();
        try {
            assertThat(shipper.await(SOON)).isTrue();
        } finally {
            shipper.stop();
        }
    }

    @Test
    void anUnreadableLogIsTriedAgain() throws Exception {
        Path log = log("one", "two");
        Path generation = Files.writeString(dir.resolve("container.log.gen"), "nonsense");
        Shipper shipper = shipper(new Taking(), log);
        shipper.start();
        try {
            assertThat(shipper.await(Duration.ofMillis(300))).isFalse();
            Files.delete(generation);
            assertThat(shipper.await(SOON)).isTrue();
        } finally {
            shipper.stop();
        }
        assertThat(got).containsExactly("one", "two");
    }

    @Test
    void aDriverThatBreaksInAnyWayIsTriedAgain() throws Exception {
        var driver = new Taking() {
            @Override
            public LogSink open(LogSource source) {
                if (opened.get() == 0) {
                    opened.incrementAndGet();
                    throw new Unavailable("log", "it is away", "wait");
                }
                return super.open(source);
            }
        };
        ship(driver, log("one"));
        assertThat(got).containsExactly("one");
        assertThat(opened).hasValue(2);
    }

    @Test
    void aPlaceBehindTheEndIsTheBeginning() throws Exception {
        Path log = log("one", "two");
        sent(log, Files.size(log) + 1);
        ship(new Taking(), log);
        assertThat(got).containsExactly("one", "two");
        try (LogFiles files = LogFiles.open(log)) {
            assertThat(files.seek(new LogPosition(0, Files.size(log) + 1))).isFalse();
            assertThat(files.seek(new LogPosition(0, Files.size(log)))).isTrue();
        }
    }

    @Test
    void noPlaceIsReachedForNothing() throws Exception {
        Path log = log("one", "two");
        sent(log, Files.size(log));
        ship(new Taking(), log);
        assertThat(opened).hasValue(0);
        sent(log, Files.size(log) / 2);
        ship(new Taking(), log);
        assertThat(got).containsExactly("two");
        assertThat(opened).hasValue(1);
    }
}
