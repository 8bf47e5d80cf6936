package dev.gantry.cli.flag;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gantry.base.InvalidArgument;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CommandLineTest {
    private final CommandLine line = new CommandLine("try", "[ARG...]", "Try")
            .toggle('i', "interactive", "")
            .toggle('t', "tty", "")
            .toggle("rm", "")
            .text('m', "memory", "bytes", "")
            .text("network", "mode", "")
            .alsoCalled("network", "net")
            .list('e', "env", "x", "");

    private Parsed parse(String... args) {
        return line.parse(List.of(args));
    }

    @Test
    void lettersMayStandTogetherAndTakeAValue() {
        Parsed parsed = parse("-itm32m", "-e", "A=1", "-eB=2", "-e=C=3");
        assertThat(parsed.on("interactive")).isTrue();
        assertThat(parsed.on("tty")).isTrue();
        assertThat(parsed.bytes("memory")).isEqualTo(32 << 20);
        assertThat(parsed.list("env")).containsExactly("A=1", "B=2", "C=3");
    }

    @Test
    void aSwitchNeverTakesTheNextWord() {
        Parsed parsed = parse("--rm", "true", "-i=false", "--tty=0");
        assertThat(parsed.on("rm")).isTrue();
        assertThat(parsed.on("interactive")).isFalse();
        assertThat(parsed.on("tty")).isFalse();
        assertThat(parsed.arguments()).containsExactly("true");
    }

    @Test
    void flagsMayFollowArgumentsUnlessTheCommandStopsThere() {
        assertThat(parse("a", "--rm", "b").arguments()).containsExactly("a", "b");
        assertThat(parse("--", "--rm").arguments()).containsExactly("--rm");
        assertThat(parse("-").arguments()).containsExactly("-");
        line.stopsAtArgument();
        assertThat(parse("--net", "none", "a", "--rm").arguments()).containsExactly("a", "--rm");
    }

    @Test
    void mistakesAreNamed() {
        assertThatThrownBy(() -> parse("--nope")).hasMessageContaining("try has no flag --nope");
        assertThatThrownBy(() -> parse("-ix")).hasMessageContaining("no flag -x in -ix");
        assertThatThrownBy(() -> parse("--memory")).hasMessageContaining("flag --memory needs a value");
        assertThatThrownBy(() -> parse("--rm=maybe")).hasMessageContaining("true or false, not 'maybe'");
        assertThatThrownBy(() -> parse("-m", "x").bytes("memory")).hasMessageContaining("a size such as 512m");
        assertThatThrownBy(() -> line.takes(1, 1).parse(List.of()))
                .isInstanceOf(InvalidArgument.class)
                .hasMessageContaining("exactly 1 argument, not 0");
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0",
        "512, 512",
        "32m, 33554432",
        "1.5g, 1610612736",
        "2GiB, 2147483648",
        "1kb, 1024",
        "7B, 7",
        "-1, -1"
    })
    void sizesArePowersOf1024(String text, long bytes) {
        assertThat(Units.bytes(text)).isEqualTo(bytes);
    }

    @ParameterizedTest
    @CsvSource({"1h30m, 5400000000000", "300ms, 300000000", "1.5s, 1500000000", "-2m, -120000000000", "0, 0"})
    void durationsAreThoseOfGo(String text, long nanos) {
        assertThat(Units.duration(text)).isEqualTo(nanos);
    }

    @Test
    void nonsenseIsNoNumber() {
        for (String bad : new String[] {"", "m", "-5", "1x", "1 2", "99999999999999g"}) {
            assertThatThrownBy(() -> Units.bytes(bad)).isInstanceOf(NumberFormatException.class);
        }
        for (String bad : new String[] {"", "1", "h", "1d", "1.2.3s"}) {
            assertThatThrownBy(() -> Units.duration(bad)).isInstanceOf(NumberFormatException.class);
        }
    }
}
