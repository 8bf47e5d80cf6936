package dev.gantry.build.work;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gantry.base.InvalidArgument;
import org.junit.jupiter.api.Test;

class ModesTest {
    @Test
    void octalIsTheModeItself() {
        assertThat(Modes.apply("4755", 0600, false)).isEqualTo(04755);
        assertThat(Modes.apply("", 0640, false)).isEqualTo(0640);
    }

    @Test
    void symbolsChangeWhatThereIs() {
        assertThat(Modes.apply("u=rwX,go=rX", 0600, false)).isEqualTo(0644);
        assertThat(Modes.apply("u=rwX,go=rX", 0600, true)).isEqualTo(0755);
        assertThat(Modes.apply("go-w,a+x", 0666, false)).isEqualTo(0755);
        assertThat(Modes.apply("+x", 0644, false)).isEqualTo(0755);
    }

    @Test
    void whatIsNoModeIsRefused() {
        assertThatThrownBy(() -> Modes.apply("rw", 0, false)).isInstanceOf(InvalidArgument.class);
        assertThatThrownBy(() -> Modes.apply("u=q", 0, false)).isInstanceOf(InvalidArgument.class);
    }
}
