package dev.gantry.docker.container;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class HumanTimeTest {
    @Test
    void durationsAreInDockersWords() {
        assertThat(HumanTime.of(Duration.ofMillis(900))).isEqualTo("Less than a second");
        assertThat(HumanTime.of(Duration.ofSeconds(1))).isEqualTo("1 second");
        assertThat(HumanTime.of(Duration.ofSeconds(59))).isEqualTo("59 seconds");
        assertThat(HumanTime.of(Duration.ofSeconds(60))).isEqualTo("About a minute");
        assertThat(HumanTime.of(Duration.ofMinutes(59))).isEqualTo("59 minutes");
        assertThat(HumanTime.of(Duration.ofMinutes(60))).isEqualTo("About an hour");
        assertThat(HumanTime.of(Duration.ofHours(47))).isEqualTo("47 hours");
        assertThat(HumanTime.of(Duration.ofDays(13))).isEqualTo("13 days");
        assertThat(HumanTime.of(Duration.ofDays(14))).isEqualTo("2 weeks");
        assertThat(HumanTime.of(Duration.ofDays(60))).isEqualTo("2 months");
        assertThat(HumanTime.of(Duration.ofDays(730))).isEqualTo("2 years");
    }
}
