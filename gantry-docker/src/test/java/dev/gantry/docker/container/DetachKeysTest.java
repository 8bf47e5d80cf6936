package dev.gantry.docker.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class DetachKeysTest {
    private static String pass(DetachKeys keys, String text) {
        byte[] in = text.getBytes(StandardCharsets.ISO_8859_1);
        return new String(keys.pass(in, in.length), StandardCharsets.ISO_8859_1);
    }

    @Test
    void theDefaultIsControlPControlQ() {
        DetachKeys keys = DetachKeys.parse("");
        assertThat(pass(keys, "abc\u0010")).isEqualTo("abc");
        assertThat(keys.found()).isFalse();
        assertThat(pass(keys, "\u0011rest")).isEmpty();
        assertThat(keys.found()).isTrue();
    }

    @Test
    void aKeyThatWasHeldBackIsPassedOnWhenTheNextIsAnother() {
        DetachKeys keys = DetachKeys.parse("");
        assertThat(pass(keys, "\u0010")).isEmpty();
        assertThat(pass(keys, "x")).isEqualTo("\u0010x");
        assertThat(pass(keys, "\u0010\u0010")).isEqualTo("\u0010");
        assertThat(pass(keys, "\u0011")).isEmpty();
        assertThat(keys.found()).isTrue();
    }

    @Test
    void otherKeysAreReadAndNonsenseIsRefused() {
        DetachKeys keys = DetachKeys.parse("ctrl-a,d");
        assertThat(pass(keys, "a\u0001d")).isEqualTo("a");
        assertThat(keys.found()).isTrue();
        assertThat(DetachKeys.parse("ctrl-@,ctrl-[").found()).isFalse();
        for (String bad : new String[] {"ctrl-", "ctrl-1", "ab", "a,,b", "shift-a"}) {
            assertThatThrownBy(() -> DetachKeys.parse(bad)).hasMessageContaining("Invalid escape keys");
        }
    }
}
