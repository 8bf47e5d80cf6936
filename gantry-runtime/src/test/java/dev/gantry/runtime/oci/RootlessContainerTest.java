package dev.gantry.runtime.oci;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.gantry.runtime.plan.PlanCodec;
import dev.gantry.runtime.seccomp.SeccompProfile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The default container in the user namespace of an ordinary user who has no range of ids: one id, no groups.
class RootlessContainerTest {
    /// Nobody else's: another class ends all processes of its own user.
    private static final String UID = "45673";

    @TempDir
    Path scratch;

    @Test
    void theDefaultContainerRunsWithASingleId() throws Exception {
        assumeTrue(Launched.obstacle().isEmpty(), Launched.obstacle());
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/setpriv")), "setpriv is not installed");
        HostFacts ours = HostFacts.observe();
        HostFacts host = new HostFacts(
                ours.bootId(),
                ours.arch(),
                ours.kernel(),
                CgroupLayout.none(),
                ours.capabilities(),
                false,
                1,
                ours.throttlePaths());
        try (Launched container = new Launched(scratch, host)) {
            RuntimeSpec spec = DefaultSpec.builder(host)
                    .args(List.of(
                            "/bin/sh",
                            "-c",
                            "id -u; hostname; echo x > /dev/null && ls -A /dev/pts /sys/firmware; echo y > /file;"
                                    + " cat /proc/self/status; stat -c %t:%T /dev/zero"))
                    .env(List.of("PATH=/bin"))
                    .hostname("own")
                    .seccomp(SeccompProfile.standard())
                    .build();
            LaunchContext context = new LaunchContext(
                    host,
                    new LaunchContext.Root.Overlay(
                            List.of(container.lower().toString()),
                            scratch.resolve("upper").toString(),
                            scratch.resolve("work").toString(),
                            List.of("userxattr")),
                    "/",
                    "gantry-test-none",
                    LaunchContext.WatchOptions.NONE);
            Files.write(scratch.resolve("plan"), PlanCodec.encode(new PlanCompiler().compile(spec, context)));
            Files.copy(Launched.shim(), scratch.resolve("gantry-shim"), StandardCopyOption.COPY_ATTRIBUTES);
            run("/bin/chown", "-R", UID + ":" + UID, scratch.toString());

            String said = run(
                    "/usr/bin/setpriv",
                    "--reuid",
                    UID,
                    "--regid",
                    UID,
                    "--clear-groups",
                    "/bin/sh",
                    "-c",
                    "cd \"$0\" && ./gantry-shim userns -- ./gantry-shim launch 4 4<plan 2>&1 | cat",
                    scratch.toString());

            assertThat(said.lines().limit(2)).containsExactly("0", "own");
            assertThat(said)
                    .contains("Seccomp:\t2", "CapEff:\t00000000a80425fb", "1:5")
                    .doesNotContain("denied");
            assertThat(Files.getAttribute(scratch.resolve("upper/file"), "unix:uid"))
                    .isEqualTo(Integer.parseInt(UID));
        }
    }

    private static String run(String... command) throws Exception {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        return output;
    }
}
