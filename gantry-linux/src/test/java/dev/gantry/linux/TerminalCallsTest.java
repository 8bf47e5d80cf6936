package dev.gantry.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

class TerminalCallsTest {
    private final Linux linux = Linux.host();

    @Test
    void aTerminalIsMadeRawResizedAndPutBack() {
        Assumptions.assumeTrue(Files.exists(Path.of("/dev/ptmx")), "no /dev/ptmx to make a terminal with");
        int flags = OpenFlags.READ_WRITE | OpenFlags.NO_CONTROLLING_TERMINAL;
        try (Fd terminal = linux.files().open(Fd.CWD, "/dev/ptmx", flags, 0, Resolve.ANY)) {
            int n = terminal.number();
            assertThat(linux.terminals().isTerminal(n)).isTrue();
            linux.terminals().resize(n, new TerminalCalls.Size(33, 111));
            assertThat(linux.terminals().size(n)).contains(new TerminalCalls.Size(33, 111));
            var before = linux.terminals().raw(n);
            var raw = linux.terminals().raw(n);
            linux.terminals().restore(n, before);
            linux.terminals().restore(n, raw);
        }
    }

    @Test
    void aFileIsNoTerminal() {
        try (Fd file = linux.files().open(Fd.CWD, "/dev/null", OpenFlags.READ, 0, Resolve.ANY)) {
            assertThat(linux.terminals().isTerminal(file.number())).isFalse();
            assertThat(linux.terminals().size(file.number())).isEmpty();
        }
    }
}
