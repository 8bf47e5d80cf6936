package dev.gantry.docker.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class HostPsTest {
    @Test
    void theRowsOfTheContainersProcessesAndTheirThreads() {
        var top = HostPs.parse("""
                UID          PID    PPID CMD
                root           1       0 /sbin/init now
                web           42       1 nginx: master process  -g
                -              -       - -
                root          43       1 other
                -              -       - -
                """, List.of(42, 44));
        assertThat(top.titles()).containsExactly("UID", "PID", "PPID", "CMD");
        assertThat(top.processes())
                .containsExactly(List.of("web", "42", "1", "nginx: master process -g"), List.of("-", "-", "-", "-"));
    }

    @Test
    void withoutThePidsNothingCanBeSaid() {
        assertThatThrownBy(() -> HostPs.parse("UID CMD\nroot x\n", List.of(1)))
                .hasMessage("Couldn't find PID field in ps output");
        assertThatThrownBy(() -> HostPs.read(List.of(1), "-o uid=PID,pid=X"))
                .hasMessage("specifying \"uid=PID,pid=X\" is not allowed");
    }
}
