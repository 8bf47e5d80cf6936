package dev.gantry.engine.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class StallsTest {
    private static final Duration SHORT = Duration.ofMillis(50);

    @Test
    void whoTakesNothingIsGivenUp() throws IOException {
        try (var nobody = new PipedInputStream(1024);
                var pipe = new PipedOutputStream(nobody);
                var stalls = new Stalls(SHORT);
                var out = stalls.over(pipe)) {
            assertThatThrownBy(() -> out.write(new byte[1 << 20]))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("nothing went through");
        } catch (IOException stillOpen) {
            assertThat(stillOpen).hasMessageContaining("nothing went through");
        }
        assertThat(Thread.currentThread().isInterrupted()).isFalse();
    }

    @Test
    void whoSendsNothingIsGivenUp() throws IOException {
        try (var nobody = new PipedOutputStream();
                var in = new PipedInputStream(nobody);
                var stalls = new Stalls(SHORT)) {
            assertThatThrownBy(() -> stalls.over(in).read(new byte[10]))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("nothing went through");
        }
        assertThat(Thread.currentThread().isInterrupted()).isFalse();
    }

    @Test
    void whoIsNotInAStepIsLeftAlone() throws Exception {
        byte[] bytes = new byte[300_000];
        new Random(1).nextBytes(bytes);
        var taken = new ByteArrayOutputStream();
        // Longer than a busy machine lets a thread wait in the midst of a step.
        Duration patience = SHORT.multipliedBy(20);
        try (var stalls = new Stalls(patience);
                var in = stalls.over(new ByteArrayInputStream(bytes));
                var out = stalls.over(taken)) {
            byte[] half = in.readNBytes(150_000);
            Thread.sleep(patience.multipliedBy(3).dividedBy(2));
            out.write(half);
            out.write(in.readAllBytes());
        }
        assertThat(taken.toByteArray()).isEqualTo(bytes);
    }
}
