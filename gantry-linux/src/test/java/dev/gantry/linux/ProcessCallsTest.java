package dev.gantry.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ProcessCallsTest {
    private static final int SIGTERM = 15;
    private static final int RLIMIT_NOFILE = 7;

    private final Linux linux = Linux.host();

    @Test
    void aProcessIsSignalledThroughADescriptorCheckedAgainstItsStartTime() throws Exception {
        Process child = new ProcessBuilder("sleep", "60").start();
        try {
            int pid = (int) child.pid();
            long start = linux.processes().startTime(pid).orElseThrow();
            assertThatThrownBy(() -> linux.processes().open(pid, start - 1))
                    .isInstanceOfSatisfying(
                            LinuxError.class, e -> assertThat(e.errno()).isEqualTo(Errno.ESRCH));
            try (Fd process = linux.processes().open(pid, start)) {
                linux.processes().signal(process, SIGTERM);
                assertThat(child.waitFor(60, TimeUnit.SECONDS)).isTrue();
                assertThat(child.exitValue()).isEqualTo(128 + SIGTERM);
                assertThatThrownBy(() -> linux.processes().signal(process, SIGTERM))
                        .isInstanceOf(LinuxError.class);
            }
        } finally {
            child.destroyForcibly();
        }
    }

    @Test
    void aCommandWithBlanksAndParenthesesDoesNotMoveTheFields() {
        assertThat(ProcessCalls.startTimeOf("7 (a) b (c) S 1 7 7 0 -1 4194304 1 2 3 4 5 6 7 8 20 0 1 0 4711 1 1 1\n"))
                .isEqualTo(4711);
    }

    @Test
    void ownIdentityAndLimitsAreRead() {
        assertThat(linux.processes().self())
                .isEqualTo((int) ProcessHandle.current().pid());
        var limit = linux.processes().limit(0, RLIMIT_NOFILE);
        assertThat(limit.soft()).isPositive();
        linux.processes().limit(0, RLIMIT_NOFILE, limit);
        assertThat(linux.processes().startTime(Integer.MAX_VALUE)).isEmpty();
    }
}
