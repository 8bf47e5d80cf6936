package dev.gantry.docker.route;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class TimesTest {
    private static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");

    @Test
    void allFormsOfAPointInTimeAreRead() {
        assertThat(Times.parse("1700000000.000000123", NOW)).isEqualTo(Instant.ofEpochSecond(1_700_000_000L, 123));
        assertThat(Times.parse("10m", NOW)).isEqualTo(NOW.minus(Duration.ofMinutes(10)));
        assertThat(Times.parse("1h30m", NOW)).isEqualTo(NOW.minus(Duration.ofMinutes(90)));
        assertThat(Times.parse("2026-01-01T00:00:00+01:00", NOW)).isEqualTo(Instant.parse("2025-12-31T23:00:00Z"));
        assertThat(Times.parse("2026-01-01T00:00:00", NOW)).isEqualTo(Instant.parse("2026-01-01T00:00:00Z"));
        assertThat(Times.parse("2026-01-01", NOW)).isEqualTo(Instant.parse("2026-01-01T00:00:00Z"));
    }

    @Test
    void otherTextIsRefused() {
        for (String text : new String[] {"zz", "1x", "", "-", "10", "99999999999999999999h"}) {
            if (text.equals("10")) {
                continue; // that is unix time
            }
            assertThatThrownBy(() -> Times.parse(text, NOW)).as(text).isInstanceOf(DockerError.class);
        }
    }

    @Test
    void writtenTimesHaveGosDigits() {
        assertThat(Times.nano(Instant.parse("2026-01-02T03:04:05.120Z"))).isEqualTo("2026-01-02T03:04:05.12Z");
        assertThat(Times.nano(Instant.parse("2026-01-02T03:04:00Z"))).isEqualTo("2026-01-02T03:04:00Z");
        assertThat(Times.fixed(Instant.parse("2026-01-02T03:04:05.120Z"))).isEqualTo("2026-01-02T03:04:05.120000000Z");
    }
}
