package dev.gantry.engine.container;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.base.Forbidden;
import dev.gantry.base.GantryException;
import dev.gantry.base.InvalidArgument;
import dev.gantry.base.Unsupported;
import dev.gantry.runtime.plan.LaunchPlan;
import dev.gantry.runtime.plan.Step;
import dev.gantry.runtime.watch.LaunchOutcome;
import java.util.List;
import org.junit.jupiter.api.Test;

class LaunchErrorsTest {
    private static final int EPERM = 1;
    private static final int EACCES = 13;
    private static final int EINVAL = 22;
    private static final int EROFS = 30;

    private static GantryException error(Step step, int errno, String detail) {
        return LaunchErrors.of(
                "start container web", new LaunchPlan(List.of(step)), new LaunchOutcome.Failed(0, errno, detail));
    }

    @Test
    void anIdThatTheNamespaceLacksIsTheAskersAffair() {
        assertThat(error(new Step.Identity(70_000, 0, List.of(), 18, 0, 0, 0, 0, 0), EINVAL, "user 70000"))
                .isInstanceOf(InvalidArgument.class)
                .hasMessageContaining("user 70000")
                .hasMessageContaining("/etc/subuid");
    }

    @Test
    void aSettingThatMayOnlyBeReadIsNoFaultOfTheEngine() {
        assertThat(error(new Step.Sysctl("net.ipv4.ip_forward", "1"), EROFS, "/proc/sys/net/ipv4/ip_forward"))
                .isInstanceOf(Unsupported.class)
                .hasMessageContaining("run that one privileged");
    }

    @Test
    void aScoreBelowTheEnginesOwnNeedsARightThatIsNamed() {
        for (int errno : new int[] {EPERM, EACCES}) {
            assertThat(error(new Step.OomScore("-500"), errno, "/proc/self/oom_score_adj: -500"))
                    .isInstanceOf(Forbidden.class)
                    .hasMessageContaining("CAP_SYS_RESOURCE");
        }
    }
}
