package dev.gantry.engine.stats;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.base.ContainerId;
import dev.gantry.engine.container.Container;
import dev.gantry.engine.container.ContainerSpec;
import dev.gantry.engine.container.ContainerState;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Who watches, and what that costs.
@Timeout(60)
class LiveStatsTest {
    private static final ContainerId ID = new ContainerId("ab".repeat(32));
    private static final Path NOWHERE = Path.of("/nowhere");

    private final Map<ContainerId, Container> containers = new ConcurrentHashMap<>();
    private final AtomicInteger opened = new AtomicInteger();
    private final AtomicInteger closed = new AtomicInteger();
    private final AtomicInteger read = new AtomicInteger();
    private LiveStats stats = every(Duration.ofMillis(5));

    private LiveStats every(Duration interval) {
        return new LiveStats(id -> Optional.ofNullable(containers.get(id)), (_, _) -> new CountingGauge(), interval);
    }

    private final class CountingGauge implements Gauge {
        CountingGauge() {
            opened.incrementAndGet();
        }

        @Override
        public Sample read() {
            return sample(read.incrementAndGet());
        }

        @Override
        public void close() {
            closed.incrementAndGet();
        }
    }

    private static Sample sample(int number) {
        return new Sample(
                Instant.ofEpochSecond(number),
                new Sample.Cpu(number, List.of(), 0, 0, 0, 1, 0, 0, 0),
                new Sample.Memory(0, OptionalLong.empty(), 0, 0, Map.of()),
                new Sample.Pids(1, OptionalLong.empty()),
                List.of(),
                Map.of());
    }

    private void state(ContainerState state) {
        containers.put(
                ID,
                new Container(
                        ID,
                        "web",
                        ContainerSpec.of("dir:/").args("true").build(),
                        "",
                        Instant.EPOCH,
                        state,
                        new Container.History(Optional.empty(), Optional.empty(), 0, false, ""),
                        new Container.Files(NOWHERE, NOWHERE, NOWHERE, NOWHERE, NOWHERE)));
    }

    private static ContainerState running(int pid) {
        return new ContainerState.Running(pid, pid, Instant.EPOCH);
    }

    @AfterEach
    void close() {
        stats.close();
    }

    @Test
    void twoHundredWhoWatchCostOneReadInEachInterval() {
        state(running(1));
        stats.close();
        stats = every(Duration.ofSeconds(1));
        List<Stats.Watching> all = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            all.add(stats.watch(ID));
        }
        for (int round = 0; round < 2; round++) {
            all.forEach(w -> assertThat(w.next().orElseThrow().now()).isPresent());
        }
        // One reading each of the two rounds; a slow machine may have seen some more, but never one for each of them.
        assertThat(read.get()).isLessThan(100);
        assertThat(opened.get()).as("its files stay open").isEqualTo(1);
        all.forEach(Stats.Watching::close);
        all.forEach(Stats.Watching::close); // again is no error
        awaitNobodyReads();
        assertThat(closed.get()).isEqualTo(1);
    }

    private void awaitNobodyReads() {
        assertThat(stats.reading()).isZero();
        long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        while (closed.get() < opened.get() && System.nanoTime() < deadline) {
            Thread.onSpinWait();
        }
        assertThat(closed.get()).isEqualTo(opened.get());
    }

    @Test
    void eachReadingComesWithTheOneBeforeItInTheSameRun() {
        state(running(1));
        try (Stats.Watching w = stats.watch(ID)) {
            Reading first = w.next().orElseThrow();
            Reading later = first;
            while (later.before().isEmpty()) {
                later = w.next().orElseThrow();
            }
            assertThat(later.now().orElseThrow().cpu().totalNanos()
                            - later.before().orElseThrow().cpu().totalNanos())
                    .isEqualTo(1);
            state(running(2));
            while (opened.get() < 2 || later.before().isPresent()) {
                later = w.next().orElseThrow();
            }
            assertThat(later.now()).isPresent();
        }
        awaitNobodyReads();
        assertThat(closed.get()).isEqualTo(2);
    }

    @Test
    void oneThatStopsIsToldWithoutNumbersUntilItStartsAgainAndOneThatIsRemovedEndsTheStream() {
        state(running(1));
        try (Stats.Watching w = stats.watch(ID)) {
            assertThat(w.next().orElseThrow().now()).isPresent();
            state(new ContainerState.Created());
            while (w.next().orElseThrow().now().isPresent()) {
                Thread.onSpinWait();
            }
            assertThat(stats.read(ID)).isEmpty();
            state(running(2));
            while (w.next().orElseThrow().now().isEmpty()) {
                Thread.onSpinWait();
            }
            containers.clear();
            while (w.next().isPresent()) {
                Thread.onSpinWait();
            }
        }
        awaitNobodyReads();
    }

    @Test
    void oneReadingOpensAndClosesItsFiles() throws IOException {
        state(running(1));
        assertThat(stats.read(ID)).isPresent();
        assertThat(opened.get()).isEqualTo(1);
        assertThat(closed.get()).isEqualTo(1);
        assertThat(stats.reading()).isZero();
    }

    @Test
    void aClosedEngineEndsTheStreams() {
        state(running(1));
        Stats.Watching w = stats.watch(ID);
        assertThat(w.next()).isPresent();
        stats.close();
        while (w.next().isPresent()) {
            Thread.onSpinWait();
        }
        w.close();
        awaitNobodyReads();
    }
}
