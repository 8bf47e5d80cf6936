package dev.gantry.engine.container;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gantry.base.Unsupported;
import dev.gantry.runtime.oci.CgroupLayout;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class IsolationCheckTest {
    private static final CgroupLayout V1 = new CgroupLayout(
            Map.of("devices", "/cg/devices", "freezer", "/cg/freezer"), "", Set.of(), true, true, "0", "0");
    private static final CgroupLayout V2 = new CgroupLayout(Map.of(), "/cg", Set.of("pids"), true, true, "", "");
    private static final CgroupLayout ROOTLESS =
            new CgroupLayout(Map.of("devices", "/cg/devices"), "/cg", Set.of("pids"), false, true, "", "");

    @Test
    void rulesOfDevicesNeedSomebodyWhoKeepsThem() {
        keeps(V1, isolation("", "", false, "c 10:* rw"));
        for (CgroupLayout host : List.of(V2, ROOTLESS)) {
            refuses(host, isolation("", "", false, "c 10:* rw"), "c 10:* rw");
            refuses(host, isolation("", "", false, "a *:* rw"), "a *:* rw");
            keeps(host, isolation("", "", false, "a *:* rwm"));
            keeps(host, isolation("", "", true, "c 10:* rw"));
        }
    }

    @Test
    void aParentNeedsGroups() {
        keeps(V1, isolation("", "/parent", false));
        keeps(V2, isolation("", "/parent", false));
        refuses(ROOTLESS, isolation("", "/parent", false), "this process may not make control groups");
        refuses(CgroupLayout.none(), isolation("", "/parent", false), "/parent");
    }

    @Test
    void whoSharesThePidsOfOthersCanBeKilledByItsGroup() {
        for (String mode : List.of("host", "container:x")) {
            keeps(V1, isolation(mode, "", false));
            keeps(V2, isolation(mode, "", false));
            refuses(ROOTLESS, isolation(mode, "", false), "this process may not make control groups");
        }
        keeps(ROOTLESS, isolation("private", "", false));
        keeps(ROOTLESS, IsolationSpec.USUAL);
    }

    private static IsolationSpec isolation(String pid, String parent, boolean privileged, String... rules) {
        return new IsolationSpec(pid, "", "", "", privileged, null, null, List.of(rules), Map.of(), parent, "");
    }

    private static void keeps(CgroupLayout host, IsolationSpec spec) {
        assertThatCode(() -> IsolationCheck.check(spec, host)).doesNotThrowAnyException();
    }

    private static void refuses(CgroupLayout host, IsolationSpec spec, String why) {
        assertThatThrownBy(() -> IsolationCheck.check(spec, host))
                .isInstanceOf(Unsupported.class)
                .hasMessageContaining(why);
    }
}
