package dev.gantry.cli.format;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WordsTest {
    @ParameterizedTest
    @CsvSource({
        "0, Less than a second", "1, 1 second", "59, 59 seconds", "60, About a minute", "119, About a minute",
                "120, 2 minutes",
        "3599, 59 minutes", "3600, About an hour", "7200, 2 hours", "172799, 2 days", "172800, 2 days",
                "1209600, 2 weeks",
        "5184000, 2 months", "63072000, 2 years",
    })
    void durationsAreRough(long seconds, String words) {
        assertThat(Words.about(Duration.ofSeconds(seconds))).isEqualTo(words);
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0B",
        "999, 999B",
        "1000, 1kB",
        "1234, 1.23kB",
        "77800000, 77.8MB",
        "124000000, 124MB",
        "1240000000, 1.24GB"
    })
    void sizesHaveThreeDigits(long bytes, String words) {
        assertThat(Words.size(bytes)).isEqualTo(words);
    }

    @Test
    void timesAndIdsAreThoseOfTheDockerClient() {
        assertThat(Words.stamp(1795262400, ZoneOffset.UTC)).isEqualTo("2026-11-21 12:00:00 +0000 UTC");
        assertThat(Words.shortId("sha256:0123456789abcdef")).isEqualTo("0123456789ab");
        assertThat(Words.binarySize(33_554_432)).isEqualTo("32MiB");
    }
}
