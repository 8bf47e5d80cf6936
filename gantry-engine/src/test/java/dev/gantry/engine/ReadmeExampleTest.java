package dev.gantry.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.engine.container.Container;
import dev.gantry.engine.container.ContainerSpec;
import dev.gantry.engine.container.ExitWait;
import dev.gantry.engine.container.WaitCondition;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The example of the module's README, as it stands there.
class ReadmeExampleTest {
    @TempDir
    Path dir;

    @Test
    void theExampleRuns() {
        TestEngine.assumeKernel();
        Path dataRoot = dir.resolve("data");
        Path runRoot = dir.resolve("run");
        Path shim = TestEngine.shim();
        int code;
        var options = GantryOptions.at(dataRoot, runRoot, shim)
                .cgroup("gantry-test-readme-" + ProcessHandle.current().pid());

        try (Gantry gantry = Gantry.open(options)) {
            var spec = ContainerSpec.of("dir:/")
                    .network(ContainerSpec.Network.NONE)
                    .args("echo", "hello")
                    .build();
            Container c = gantry.containers().create("", spec);
            ExitWait end = gantry.containers().expect(c.id(), WaitCondition.NEXT_EXIT);
            gantry.containers().start(c.id());
            code = end.within(Duration.ofMinutes(1)).orElseThrow().code();
            gantry.containers().remove(c.id(), false);
        }

        assertThat(code).isZero();
    }
}
