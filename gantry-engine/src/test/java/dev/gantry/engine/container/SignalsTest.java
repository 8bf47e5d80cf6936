package dev.gantry.engine.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gantry.base.InvalidArgument;
import org.junit.jupiter.api.Test;

class SignalsTest {
    @Test
    void namesNumbersAndRealtimeSignalsAreRead() {
        assertThat(Signals.parse("SIGTERM")).isEqualTo(15);
        assertThat(Signals.parse("term")).isEqualTo(15);
        assertThat(Signals.parse("9")).isEqualTo(9);
        assertThat(Signals.parse("WINCH")).isEqualTo(28);
        assertThat(Signals.parse("SIGRTMIN+3")).isEqualTo(37);
        assertThat(Signals.parse("RTMAX-1")).isEqualTo(63);
        assertThat(Signals.parse("RTMIN")).isEqualTo(34);
    }

    @Test
    void everyNameIsItsOwnInverse() {
        for (int n = 1; n <= 31; n++) {
            assertThat(Signals.parse(Signals.name(n))).isEqualTo(n);
        }
    }

    @Test
    void whatIsNoSignalIsRefused() {
        for (String text : new String[] {"", "0", "65", "FOO", "RTMIN+99", "-1"}) {
            assertThatThrownBy(() -> Signals.parse(text)).isInstanceOf(InvalidArgument.class);
        }
    }
}
