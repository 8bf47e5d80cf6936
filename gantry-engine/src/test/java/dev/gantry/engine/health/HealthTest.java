package dev.gantry.engine.health;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.engine.container.HealthSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class HealthTest {
    private static final Instant START = Instant.ofEpochSecond(1000);
    private static final HealthSpec SPEC =
            new HealthSpec(List.of("CMD-SHELL", "true"), nanos(7), nanos(3), nanos(60), nanos(2), 2);

    private static long nanos(int seconds) {
        return Duration.ofSeconds(seconds).toNanos();
    }

    private static Health.Result result(int code, int second) {
        return new Health.Result(START.plusSeconds(second), START.plusSeconds(second), code, "");
    }

    @Test
    void failuresOfTheStartPeriodDoNotCountUntilItWasHealthyOnce() {
        Health h = Health.STARTING.after(result(1, 10), SPEC, START).after(result(1, 20), SPEC, START);
        assertThat(h.status()).isEqualTo(Health.Status.STARTING);
        assertThat(h.failures()).isZero();
        h = h.after(result(0, 30), SPEC, START);
        assertThat(h.status()).isEqualTo(Health.Status.HEALTHY);
        h = h.after(result(1, 40), SPEC, START);
        assertThat(h.failures()).isEqualTo(1);
        assertThat(h.status()).isEqualTo(Health.Status.HEALTHY);
        h = h.after(result(-1, 50), SPEC, START);
        assertThat(h.status()).isEqualTo(Health.Status.UNHEALTHY);
        assertThat(h.after(result(0, 55), SPEC, START).failures()).isZero();
    }

    @Test
    void afterTheStartPeriodTheyCount() {
        Health h = Health.STARTING.after(result(1, 61), SPEC, START).after(result(2, 70), SPEC, START);
        assertThat(h.status()).isEqualTo(Health.Status.UNHEALTHY);
        assertThat(h.failures()).isEqualTo(2);
    }

    @Test
    void theLatestFiveResultsAreKept() {
        Health h = Health.STARTING;
        for (int i = 0; i < 8; i++) {
            h = h.after(result(0, i), SPEC, START);
        }
        assertThat(h.log()).extracting(Health.Result::start).first().isEqualTo(START.plusSeconds(3));
        assertThat(h.log()).hasSize(5);
        assertThat(h.again()).isEqualTo(new Health(Health.Status.STARTING, 0, h.log()));
    }

    @Test
    void anotherEngineCountsAnewAndKeepsWhatWasFound() {
        Health failing = Health.STARTING.after(result(0, 1), SPEC, START).after(result(1, 2), SPEC, START);
        assertThat(failing.adopted().status()).isEqualTo(Health.Status.HEALTHY);
        assertThat(failing.adopted().failures()).isZero();
    }

    @Test
    void whileItStartsItIsCheckedMoreOften() {
        assertThat(SPEC.pause(true, Duration.ofSeconds(5))).isEqualTo(Duration.ofSeconds(2));
        assertThat(SPEC.pause(false, Duration.ofSeconds(5))).isEqualTo(Duration.ofSeconds(7));
        assertThat(SPEC.pause(true, Duration.ofSeconds(61))).isEqualTo(Duration.ofSeconds(7));
        HealthSpec usual = new HealthSpec(List.of("CMD", "true"), 0, 0, 0, 0, 0);
        assertThat(usual.pause(true, Duration.ZERO)).isEqualTo(Duration.ofSeconds(30));
        assertThat(usual.timeout()).isEqualTo(Duration.ofSeconds(30));
        assertThat(usual.limit()).isEqualTo(3);
    }

    @Test
    void theCommandIsTheWordsOrAShells() {
        assertThat(SPEC.command()).containsExactly("/bin/sh", "-c", "true");
        assertThat(new HealthSpec(List.of("CMD", "a", "b"), 0, 0, 0, 0, 0).command())
                .containsExactly("a", "b");
        assertThat(new HealthSpec(List.of("NONE"), 0, 0, 0, 0, 0).isSet()).isFalse();
        assertThat(new HealthSpec(List.of("CMD"), 0, 0, 0, 0, 0).isSet()).isFalse();
        assertThat(HealthSpec.NONE.isSet()).isFalse();
    }

    @Test
    void durationsAreSpelledAsInGo() {
        assertThat(ExecProber.inGo(Duration.ofMillis(400))).isEqualTo("400ms");
        assertThat(ExecProber.inGo(Duration.ofSeconds(90))).isEqualTo("1m30s");
        assertThat(ExecProber.inGo(Duration.ofMillis(1500))).isEqualTo("1.5s");
        assertThat(ExecProber.inGo(Duration.ofSeconds(30))).isEqualTo("30s");
    }
}
