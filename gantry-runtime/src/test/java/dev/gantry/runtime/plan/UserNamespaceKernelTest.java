package dev.gantry.runtime.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The userns face as an ordinary user calls it. The user is made for the test and removed after it.
final class UserNamespaceKernelTest {
    private static final int UID = 45671;
    private static final long FIRST_SUBID = 1_900_000;
    private static final String NAME = "gantry-test-u" + ProcessHandle.current().pid();

    @TempDir
    Path directory;

    private Path shim = Path.of("/nowhere");

    @BeforeEach
    void makeUser() throws IOException {
        ShimLaunch.needsRoot();
        for (String tool : List.of("/usr/sbin/useradd", "/usr/bin/newuidmap", "/usr/bin/setpriv")) {
            assumeTrue(Files.isExecutable(Path.of(tool)), tool + " is missing");
        }
        ShimLaunch.command(
                "/usr/sbin/useradd",
                "-M",
                "-N",
                "-g",
                "nogroup",
                "-u",
                "" + UID,
                "-K",
                "SUB_UID_COUNT=0",
                "-K",
                "SUB_GID_COUNT=0",
                NAME);
        // The shim where that user may reach it.
        shim = directory.resolve("gantry-shim");
        Files.copy(ShimLaunch.shim(), shim, StandardCopyOption.COPY_ATTRIBUTES);
        ShimLaunch.command("/bin/chown", "-R", UID + ":nogroup", directory.toString());
    }

    @AfterEach
    void removeUser() {
        if (!shim.equals(Path.of("/nowhere"))) {
            ShimLaunch.command("/usr/sbin/userdel", NAME);
        }
    }

    @Test
    void aRangeOfIdsIsMappedAndItsIdsCanOwnFiles() throws IOException {
        ShimLaunch.command(
                "/usr/sbin/usermod",
                "--add-subuids",
                FIRST_SUBID + "-" + (FIRST_SUBID + 65535),
                "--add-subgids",
                FIRST_SUBID + "-" + (FIRST_SUBID + 65535),
                NAME);

        String out = inside("id -u; cat /proc/self/uid_map; touch file; chown 5:6 file; stat -c '%u %g' file; id -G");

        assertThat(out.lines().map(line -> line.strip().replaceAll(" +", " ")))
                .containsExactly("0", "0 " + UID + " 1", "1 " + FIRST_SUBID + " 65536", "5 6", "0");
        assertThat(Files.getAttribute(directory.resolve("file"), "unix:uid")).isEqualTo((int) FIRST_SUBID + 4);
        assertThat(Files.getAttribute(directory.resolve("file"), "unix:gid")).isEqualTo((int) FIRST_SUBID + 5);
        inside("rm file");
        assertThat(directory.resolve("file")).doesNotExist();
    }

    @Test
    void withoutARangeASingleIdIsMapped() {
        assertThat(inside("id -u; cat /proc/self/uid_map /proc/self/setgroups")
                        .lines()
                        .map(line -> line.strip().replaceAll(" +", " ")))
                .containsExactly("0", "0 " + UID + " 1", "deny");
    }

    @Test
    void mountsMadeInsideStayInside() throws IOException {
        assertThat(inside("mkdir m; mount -t tmpfs t m && touch m/x && ls m")).isEqualTo("x\n");
        assertThat(directory.resolve("m")).isEmptyDirectory();
        assertThat(Files.readString(Path.of("/proc/self/mountinfo"))).doesNotContain(directory.toString());
    }

    @Test
    void aContainerStartsInTheNamespaceOfAnOrdinaryUser() throws IOException {
        ShimLaunch.command(
                "/usr/sbin/usermod",
                "--add-subuids",
                FIRST_SUBID + "-" + (FIRST_SUBID + 65535),
                "--add-subgids",
                FIRST_SUBID + "-" + (FIRST_SUBID + 65535),
                NAME);
        var root = new BusyboxRoot(directory);
        // Owned by the user and by ids of the range, as an image that the user unpacked.
        ShimLaunch.command("/bin/chown", "-R", UID + ":nogroup", directory.toString());
        var steps = new ArrayList<Step>();
        long slot = 0;
        for (Step step : BusyboxRoot.devices()) {
            steps.add(new Step.OpenTree(slot++, ((Step.Device) step).target(), 0));
        }
        steps.add(new Step.Overlay(
                BusyboxRoot.ROOT_SLOT,
                List.of(root.lower.toString()),
                root.upper.toString(),
                directory.resolve("work").toString(),
                List.of("userxattr"),
                0));
        steps.add(new Step.Clone(BusyboxRoot.ALL_NAMESPACES, 0));
        long bound = 0;
        for (Step step : root.child()) {
            steps.add(
                    step instanceof Step.Device d
                            ? new Step.Device(d.target(), d.mode(), d.major(), d.minor(), 0, 0, ++bound)
                            : step);
        }
        steps.add(BusyboxRoot.identity(33, 34, 0));
        steps.add(BusyboxRoot.shell("id -u; id -g; echo x >/dev/null && touch /tmp/mine || echo no; echo $$"));
        Files.write(directory.resolve("plan"), PlanCodec.encode(new LaunchPlan(steps)));
        ShimLaunch.command("/bin/chmod", "777", root.lower.resolve("tmp").toString());

        String out = inside(
                "exec 4<plan; ./gantry-shim launch 4 3>pid; while kill -0 $(cat pid) 2>/dev/null; do sleep 0.01; done");

        assertThat(out.lines()).containsExactly("33", "34", "1");
        assertThat(Files.getAttribute(root.upper.resolve("tmp/mine"), "unix:uid"))
                .isEqualTo((int) FIRST_SUBID + 32);
        inside("rm -rf upper work");
        assertThat(root.upper).doesNotExist();
    }

    private String inside(String script) {
        return ShimLaunch.command(
                "/usr/bin/setpriv",
                "--reuid",
                "" + UID,
                "--regid",
                "nogroup",
                "--clear-groups",
                "sh",
                "-c",
                "cd " + directory + " && exec ./gantry-shim userns -- sh -c \"$0\"",
                script);
    }
}
