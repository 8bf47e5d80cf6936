package dev.gantry.runtime.oci;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.runtime.plan.LaunchPlan;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class PlanCompilerTest {
    private static final LaunchContext.Root OVERLAY = new LaunchContext.Root.Overlay(List.of("/l1", "/l0"), "/u", "/w");

    @Test
    void aDefaultContainerOnAHybridHost() {
        LaunchPlan plan = compile(
                Hosts.hybrid(),
                DefaultSpec.builder(Hosts.hybrid())
                        .args(List.of("/bin/true"))
                        .hostname("web")
                        .build());
        assertThat(print(plan)).contains("Hostname[name=web]").contains("bounding=" + 0xa80425fbL);
    }

    static LaunchPlan compile(HostFacts host, RuntimeSpec spec) {
        return new PlanCompiler()
                .compile(spec, new LaunchContext(host, OVERLAY, "/a", "gantry/c1", LaunchContext.WatchOptions.NONE));
    }

    static String print(LaunchPlan plan) {
        return plan.steps().stream().map(Object::toString).collect(Collectors.joining("\n"));
    }
}
