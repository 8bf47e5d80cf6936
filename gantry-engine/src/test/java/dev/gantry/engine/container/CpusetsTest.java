package dev.gantry.engine.container;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gantry.base.InvalidArgument;
import org.junit.jupiter.api.Test;

class CpusetsTest {
    @Test
    void whatTheHostHasIsFine() {
        for (String asked : new String[] {"0", "1,3", "0-3", "0,2-3", "0-1,1-2"}) {
            assertThatCode(() -> Cpusets.check("processors", asked, "0-3")).doesNotThrowAnyException();
        }
    }

    @Test
    void whatItLacksIsNamed() {
        assertThatThrownBy(() -> Cpusets.check("processors", "0,99", "0-1"))
                .isInstanceOf(InvalidArgument.class)
                .hasMessage("use the processors 0,99: the host has 0-1 and not 99: choose among 0-1");
    }

    @Test
    void nonsenseIsRefused() {
        for (String asked : new String[] {"x", "1-", "3-1", "1,", "-1", "99999"}) {
            assertThatThrownBy(() -> Cpusets.check("processors", asked, "0-7"))
                    .as(asked)
                    .isInstanceOf(InvalidArgument.class)
                    .hasMessageContaining("no list of numbers");
        }
    }
}
