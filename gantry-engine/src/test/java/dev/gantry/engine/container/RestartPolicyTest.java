package dev.gantry.engine.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gantry.base.InvalidArgument;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class RestartPolicyTest {
    private static final Duration SHORT = Duration.ofSeconds(1);
    private static final Duration LONG = Duration.ofSeconds(11);

    @Test
    void theDelayDoublesFromATenthOfASecondToAMinute() {
        var always = RestartPolicy.parse("always");
        assertThat(always.afterExit(0, false, 0, 0, SHORT)).contains(Duration.ofMillis(100));
        assertThat(always.afterExit(0, false, 1, 1, SHORT)).contains(Duration.ofMillis(200));
        assertThat(always.afterExit(0, false, 5, 5, SHORT)).contains(Duration.ofMillis(3200));
        assertThat(always.afterExit(0, false, 30, 30, SHORT)).contains(Duration.ofMinutes(1));
        assertThat(always.afterExit(0, false, 9, Integer.MAX_VALUE, SHORT)).contains(Duration.ofMinutes(1));
    }

    @Test
    void afterAGoodRunItBeginsAnew() {
        assertThat(RestartPolicy.parse("always").afterExit(0, false, 9, 9, LONG))
                .contains(Duration.ofMillis(100));
    }

    @Test
    void onFailureCountsAndLooksAtTheCode() {
        var twice = RestartPolicy.parse("on-failure:2");
        assertThat(twice.afterExit(0, false, 0, 0, SHORT)).isEmpty();
        assertThat(twice.afterExit(1, false, 1, 1, SHORT)).isPresent();
        assertThat(twice.afterExit(1, false, 2, 2, SHORT)).isEmpty();
        assertThat(RestartPolicy.parse("on-failure").afterExit(1, false, 1000, 9, SHORT))
                .isPresent();
    }

    @Test
    void whatAUserStoppedStaysStopped() {
        for (String policy : new String[] {"no", "always", "unless-stopped", "on-failure"}) {
            assertThat(RestartPolicy.parse(policy).afterExit(1, true, 0, 0, SHORT))
                    .isEmpty();
        }
    }

    @Test
    void whenAnEngineOpensOnlyUnlessStoppedRemembersTheStop() {
        assertThat(RestartPolicy.parse("always").atOpen(0, true, 0)).isTrue();
        assertThat(RestartPolicy.parse("unless-stopped").atOpen(0, true, 0)).isFalse();
        assertThat(RestartPolicy.parse("unless-stopped").atOpen(0, false, 0)).isTrue();
        assertThat(RestartPolicy.parse("on-failure:1").atOpen(1, false, 1)).isFalse();
        assertThat(RestartPolicy.NO.atOpen(1, false, 0)).isFalse();
    }

    @Test
    void nonsenseIsRefusedInWords() {
        for (String text : new String[] {"", "maybe", "on-failure:x", "on-failure:-1", "always:3", "on-failure:"}) {
            assertThatThrownBy(() -> RestartPolicy.parse(text))
                    .isInstanceOf(InvalidArgument.class)
                    .hasMessageContaining("read restart policy");
        }
    }
}
