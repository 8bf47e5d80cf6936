package dev.gantry.runtime.oci;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.runtime.plan.LaunchPlan;
import dev.gantry.runtime.plan.PlanCodec;
import dev.gantry.runtime.plan.Step;
import java.util.List;
import org.junit.jupiter.api.Test;

class RestorePlanTest {
    private static final LaunchPlan CONTAINER = new LaunchPlan(List.of(
            new Step.Stdin(0),
            new Step.OpenTree(0, "/image", 1),
            new Step.OpenTree(1, "/volume", 1),
            new Step.OpenTree(2, "/unused", 0),
            new Step.Clone(0x6C02_0000L, 0),
            new Step.Propagation(1),
            new Step.Root(0, "/attach"),
            new Step.Mount("proc", "proc", "/proc", 0, List.of(), 1),
            new Step.Bind(1, "/data", 0, 1, 0),
            new Step.Mount("tmpfs", "tmpfs", "/data/tmp", 0, List.of(), 1),
            new Step.Bind(2, "/other", 0, 1, 0),
            new Step.Pivot(),
            new Step.Propagation(2),
            new Step.Sysctl("net.ipv4.ip_forward", "1"),
            new Step.Sysctl("kernel.msgmax", "1"),
            new Step.Exec(List.of("sleep"), List.of(), 0),
            new Step.KillGroup("/group")));

    private static final List<String> OUTSIDE = List.of("/data", "/data/sub");

    private static final LaunchPlan RESTORE = RestorePlan.of(
            CONTAINER,
            new RestorePlan.From(
                    "/bin/criu", "/images", "/scratch", OUTSIDE, List.of("", "pipe:[1]", "pipe:[2]", "n")));

    @Test
    void whatIsBoundAndWhatIsBelowItIsFromOutside() {
        assertThat(RestorePlan.outside(CONTAINER, List.of("/proc", "/data", "/data/sub", "/data/tmp", "/database")))
                .isEqualTo(OUTSIDE);
    }

    @Test
    void surroundingsAreMadeAndTheRestIsLeftToCriu() {
        assertThat(RESTORE.steps().stream().filter(s -> !(s instanceof Step.Restore)))
                .containsExactly(
                        new Step.Stdin(0),
                        new Step.OpenTree(0, "/image", 1),
                        new Step.OpenTree(1, "/volume", 1),
                        new Step.Clone(0x4002_0000L, 0),
                        new Step.Propagation(1),
                        new Step.Root(0, "/attach"),
                        new Step.Sysctl("net.ipv4.ip_forward", "1"),
                        new Step.KillGroup("/group"));
    }

    @Test
    void criuIsToldWhereThingsAreByNow() {
        Step.Restore restore = RESTORE.steps().stream()
                .filter(Step.Restore.class::isInstance)
                .map(Step.Restore.class::cast)
                .findFirst()
                .orElseThrow();
        assertThat(RESTORE.steps().indexOf(restore)).isEqualTo(RESTORE.steps().size() - 2);
        assertThat(restore.argv())
                .startsWith("/bin/criu", "restore", "--images-dir", "/images")
                .containsSubsequence(
                        "--external", "mnt[/data]:/scratch/1", "--external", "mnt[/data/sub]:/scratch/1/sub")
                .endsWith("--root", "/attach");
        assertThat(restore.slots()).containsExactly("1");
        assertThat(restore.inherited()).containsExactly("", "pipe:[1]", "pipe:[2]", "n");
        assertThat(PlanCodec.decode(PlanCodec.encode(RESTORE))).isEqualTo(RESTORE);
    }
}
