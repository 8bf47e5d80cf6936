package dev.gantry.runtime.plan;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

final class PlanTextTest {
    private static final LaunchPlan PLAN = new LaunchPlan(List.of(
            new Step.Clone(Namespaces.PID | Namespaces.MOUNT, 0),
            new Step.Mount("proc", "proc", "/proc", 14, List.of("hidepid=2"), 1),
            new Step.Exec(List.of("/bin/echo", "a \"b\"\n"), List.of("PATH=/bin"), 0)));

    @Test
    void wordsNameEveryStepWithItsNumberAndTime() {
        assertThat(PlanText.words(PLAN)).isEqualTo("""
                  0  prepare  make the process in new namespaces (mount, pid)
                  1  child    mount proc at /proc
                  2  child    execute /bin/echo …
                """);
    }

    @Test
    void decodedTextHasEveryField() {
        assertThat(PlanText.decoded(PLAN)).isEqualTo("""
                prepare CLONE 537001984 0
                child MOUNT "proc" "proc" "/proc" 14 ["hidepid=2"] 1
                child EXEC ["/bin/echo" "a \\"b\\"\\x0a"] ["PATH=/bin"] 0
                """);
    }
}
