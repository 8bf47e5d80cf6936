package dev.gantry.build.solve;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class FlightTest {
    private static final byte[] MUCH = new byte[1 << 18];

    @Test
    void aProgramDoesNotWaitForWhoDoesNotRead() throws Exception {
        var over = new CountDownLatch(1);
        Flight flight = new Flight(
                "step",
                (told, _) -> {
                    for (int i = 0; i < 64; i++) {
                        told.log(1, MUCH);
                    }
                    return List.of(Result.Root.EMPTY);
                },
                over::countDown,
                new HeldLayers().hold(),
                Duration.ofMillis(20));
        var heard = new AtomicLong();
        Flight.Seat seat = flight.join((_, bytes) -> {
                    try {
                        over.await();
                    } catch (InterruptedException e) {
                        throw new IllegalStateException(e);
                    }
                    heard.addAndGet(bytes.length);
                })
                .orElseThrow();
        flight.start();
        assertThat(flight.await(seat, _ -> {})).containsExactly(Result.Root.EMPTY);
        assertThat(heard.get()).isBetween(1L << 20, 63L << 18);
    }

    @Test
    void whoReadsGetsAllOfIt() throws Exception {
        Flight flight = new Flight(
                "step",
                (told, _) -> {
                    for (int i = 0; i < 64; i++) {
                        told.log(1, MUCH);
                    }
                    return List.of(Result.Root.EMPTY);
                },
                () -> {},
                new HeldLayers().hold(),
                Duration.ofMinutes(5));
        var heard = new AtomicLong();
        Flight.Seat seat =
                flight.join((_, bytes) -> heard.addAndGet(bytes.length)).orElseThrow();
        flight.start();
        flight.await(seat, _ -> {});
        assertThat(heard.get()).isEqualTo(64L * MUCH.length);
    }
}
