package dev.gantry.engine.container;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.runtime.oci.CgroupLayout;
import dev.gantry.runtime.oci.GroupLimits.Setting;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/// What an update writes, and in which order.
class LimitsOrderTest {
    private static final CgroupLayout V1 = new CgroupLayout(
            Map.of("memory", "/m", "cpu", "/c", "pids", "/p", "cpuset", "/s"), "", Set.of(), true, true, "0-1", "0");
    private static final CgroupLayout V2 =
            new CgroupLayout(Map.of(), "/u", Set.of("memory", "cpu", "pids", "cpuset"), true, true, "0-1", "0");

    private static Resources limits(long memory, long withSwap, long nanos, long pids) {
        return new Resources(memory, withSwap, 0, nanos, 0, 0, 0, "", "", pids, 0, 0, List.of());
    }

    private static String text(List<Setting> all) {
        StringBuilder text = new StringBuilder();
        all.forEach(s -> text.append(s.file()).append('=').append(s.value()).append('\n'));
        return text.toString();
    }

    @Test
    void onlyWhatDiffersIsWritten() {
        assertThat(text(Limits.changes(V1, "g/a", limits(100 << 20, 0, 0, 5), limits(100 << 20, 0, 500_000_000, 9))))
                .isEqualTo("""
                        /c/g/a/cpu.cfs_period_us=100000
                        /c/g/a/cpu.cfs_quota_us=50000
                        /p/g/a/pids.max=9
                        """);
        assertThat(text(Limits.changes(V2, "g/a", limits(0, 0, 0, 5), limits(10 << 20, 30 << 20, 0, -1))))
                .isEqualTo("""
                        /u/g/a/memory.max=10485760
                        /u/g/a/memory.swap.max=20971520
                        /u/g/a/pids.max=max
                        """);
        assertThat(Limits.changes(V1, "g/a", limits(1 << 23, 0, 0, 0), limits(1 << 23, 0, 0, 0)))
                .isEmpty();
    }

    @Test
    void memoryAloneIsNeverAboveMemoryAndSwapTogether() {
        List<Setting> up = Limits.changes(V1, "a", limits(10 << 20, 20 << 20, 0, 0), limits(40 << 20, 80 << 20, 0, 0));
        assertThat(text(Limits.ordered(up, Optional.of("" + (20 << 20) + "\n"))))
                .isEqualTo("""
                /m/a/memory.memsw.limit_in_bytes=83886080
                /m/a/memory.limit_in_bytes=41943040
                """);
        List<Setting> down =
                Limits.changes(V1, "a", limits(40 << 20, 80 << 20, 0, 0), limits(10 << 20, 20 << 20, 0, 0));
        assertThat(text(Limits.ordered(down, Optional.of("" + (80 << 20))))).isEqualTo("""
                /m/a/memory.limit_in_bytes=10485760
                /m/a/memory.memsw.limit_in_bytes=20971520
                """);
        // Nothing is larger than what the kernel says when there is no limit.
        assertThat(Limits.ordered(up, Optional.of("9223372036854771712"))).isEqualTo(up);
        assertThat(Limits.ordered(up, Optional.of("-1"))).isEqualTo(up);
    }
}
