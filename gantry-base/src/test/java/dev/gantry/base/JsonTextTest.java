package dev.gantry.base;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class JsonTextTest {
    @Test
    void whatIsUsualIsTheVeryText() {
        String text = "{\"a\":[\"null\",\"x\\\\\",\"\\ud83d\\ude00\"],\"n\":null,\"b\":{\"c\":null}}";
        assertThat(JsonText.readable(text)).isSameAs(text);
    }

    @Test
    void halvesOfCharactersBecomeTheOneThatStandsForThem() {
        assertThat(JsonText.readable("[\"a\\ud800b\",\"\\udc00\",\"\\ud800\\ud83d\\ude00\"]"))
                .isEqualTo("[\"a\\ufffdb\",\"\\ufffd\",\"\\ufffd\\ud83d\\ude00\"]");
        assertThat(JsonText.readable("\"\\\\ud800\"")).isEqualTo("\"\\\\ud800\"");
        assertThat(JsonText.readable("\"\\ud8")).isEqualTo("\"\\ud8");
    }

    @Test
    void thatMayBeAllThatIsMended() {
        String text = "[".repeat(1000) + "null,\"\\ud800\",\"\\udc00\"";
        assertThat(JsonText.whole(text)).isEqualTo(text.replaceAll("\\\\ud[8c]00", "\\\\ufffd"));
        assertThat(JsonText.whole("\"a\\u0041")).isEqualTo("\"a\\u0041");
    }

    @Test
    void depthHasAnEnd() {
        assertThat(JsonText.readable("[".repeat(128))).hasSize(128);
        assertThatThrownBy(() -> JsonText.readable("{\"a\":".repeat(129)))
                .isInstanceOf(InvalidArgument.class)
                .hasMessageContaining("nested deeper");
        assertThat(JsonText.readable("\"" + "[".repeat(1000) + "\"")).hasSize(1002);
    }

    @Test
    void valuesHaveAnEnd() {
        String full = "[0" + ",0".repeat(250_000) + "]";
        assertThat(JsonText.readable(full)).isSameAs(full);
        assertThatThrownBy(() -> JsonText.readable("{\"a\":" + full + ",\"b\":1}"))
                .isInstanceOf(InvalidArgument.class)
                .hasMessageContaining("more than 250000 values");
        assertThat(JsonText.readable("\"" + ",".repeat(300_000) + "\"")).hasSize(300_002);
    }

    @Test
    void listsHaveNoHoles() {
        assertThatThrownBy(() -> JsonText.readable("{\"Env\":[\"a\", null]}"))
                .isInstanceOf(InvalidArgument.class)
                .hasMessageContaining("null as an element");
    }
}
