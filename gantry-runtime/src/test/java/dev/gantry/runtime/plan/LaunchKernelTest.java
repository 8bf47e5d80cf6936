package dev.gantry.runtime.plan;

import static dev.gantry.runtime.plan.BusyboxRoot.DEFAULT_CAPABILITIES;
import static dev.gantry.runtime.plan.BusyboxRoot.identity;
import static dev.gantry.runtime.plan.BusyboxRoot.list;
import static dev.gantry.runtime.plan.BusyboxRoot.shell;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.gantry.runtime.plan.ShimLaunch.Outcome;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Plans built by hand, obeyed by the real shim; then the kernel is asked what happened.
final class LaunchKernelTest {
    private static final List<String> KINDS = List.of("mnt", "pid", "net", "ipc", "uts", "cgroup");

    @TempDir
    Path directory;

    private BusyboxRoot root;
    private ShimLaunch launch;

    @BeforeEach
    void makeRoot() {
        root = new BusyboxRoot(directory);
        launch = new ShimLaunch(directory);
    }

    @Test
    void eachNamespaceIsNew() throws IOException {
        Outcome outcome = started(root.running(
                "for n in " + String.join(" ", KINDS) + "; do echo $n $(readlink /proc/self/ns/$n); done; echo $$"));

        for (String kind : KINDS) {
            String own =
                    Files.readSymbolicLink(Path.of("/proc/self/ns/" + kind)).toString();
            assertThat(outcome.lines()).anyMatch(line -> line.startsWith(kind + " " + kind + ":["));
            assertThat(outcome.lines()).doesNotContain(kind + " " + own);
        }
        assertThat(outcome.lines()).last().isEqualTo("1");
    }

    @Test
    void aUserNamespaceMapsItsIdsAndOwnsItsNetwork() throws IOException {
        String map = "0 100000 65536\n";
        ShimLaunch.command("/bin/chown", "-R", "100000:100000", root.upper.toString(), root.lower.toString());
        var steps = new ArrayList<>(root.prepare(BusyboxRoot.ALL_NAMESPACES | Namespaces.USER));
        for (String device : List.of("null", "zero", "full", "tty", "random", "urandom")) {
            steps.addFirst(new Step.OpenTree(steps.size(), "/dev/" + device, 0));
        }
        steps.add(new Step.IdMap(map, map, false));
        for (Step step : root.child()) {
            steps.add(
                    step instanceof Step.Device d
                            ? new Step.Device(
                                    d.target(), d.mode(), d.major(), d.minor(), 0, 0, slotOf(steps, d.target()) + 1)
                            : step);
        }
        steps.add(new Step.Loopback());
        steps.add(new Step.OomScore("300"));
        steps.add(new Step.Sysctl("net.ipv4.ip_unprivileged_port_start", "77"));
        steps.add(identity(7, 8, 0));
        steps.add(
                shell(
                        "id -u; id -g; cat /proc/self/oom_score_adj /proc/sys/net/ipv4/ip_unprivileged_port_start;"
                                + " cat /proc/self/uid_map; cat /proc/net/route; echo x >/dev/null; touch /tmp/f || touch /f; ls -ld /sys/class/net/lo"));

        Outcome outcome = started(steps);

        assertThat(outcome.lines()).startsWith("7", "8", "300", "77");
        assertThat(outcome.out()).containsPattern("0 +100000 +65536").contains("/sys/class/net/lo");
    }

    private static long slotOf(List<Step> steps, String device) {
        return steps.stream()
                .filter(step ->
                        step instanceof Step.OpenTree tree && tree.path().equals(device))
                .map(step -> ((Step.OpenTree) step).slot())
                .findFirst()
                .orElseThrow();
    }

    @Test
    void aTimeNamespaceHasItsOffsets() throws IOException {
        assumeTrue(Files.exists(Path.of("/proc/self/ns/time")), "this kernel has no time namespaces");
        var steps = new ArrayList<Step>(List.of(new Step.TimeOffsets("boottime 100000000 0\n")));
        steps.addAll(root.steps());
        steps.add(shell("cat /proc/uptime; readlink /proc/self/ns/time"));

        Outcome outcome = started(steps);

        assertThat(Double.parseDouble(outcome.out().split(" ")[0])).isGreaterThan(1e8);
        assertThat(outcome.lines().getLast())
                .isNotEqualTo(
                        Files.readSymbolicLink(Path.of("/proc/self/ns/time")).toString());
    }

    @Test
    void theRootIsTheOverlayAndNothingElseIsMounted() {
        Outcome outcome = started(root.running("echo hi >/written; cat /proc/self/mountinfo"));

        assertThat(root.hasUpper("written")).isTrue();
        assertThat(outcome.lines().stream().map(line -> line.split(" ")[4]))
                .containsExactlyInAnyOrder("/", "/proc", "/dev", "/dev/pts", "/sys");
    }

    @Test
    void maskedPathsAreEmptyAndReadOnlyPathsRefuseWrites() {
        Outcome outcome = started(root.running(
                "cat /proc/timer_list | wc -c; ls -A /proc/acpi /sys/firmware; touch /sys/firmware/x;"
                        + " echo 1 >/proc/sys/kernel/hostname; mkdir /no",
                new Step.Mask("/proc/timer_list"),
                new Step.Mask("/proc/acpi"),
                new Step.Mask("/sys/firmware"),
                new Step.Mask("/not/there"),
                new Step.ReadOnly("/proc/sys"),
                new Step.ReadOnly("/not/there"),
                new Step.RootReadOnly()));

        assertThat(outcome.lines()).first().isEqualTo("0");
        assertThat(outcome.err().lines().filter(line -> line.contains("Read-only file system")))
                .hasSize(3);
    }

    @Test
    void capabilitiesIdsAndFiltersAreWhatThePlanSays() {
        Outcome outcome = started(root.running(
                "cat /proc/self/status; mkdir /made; umask",
                identity(1000, 1001, DEFAULT_CAPABILITIES, "44", "55"),
                new Step.NoNewPrivs(),
                new Step.Seccomp(0, Filters.denyMkdir())));

        Map<String, String> status = status(outcome);
        assertThat(status)
                .containsEntry("Uid", "1000\t1000\t1000\t1000")
                .containsEntry("Gid", "1001\t1001\t1001\t1001")
                .containsEntry("Groups", "44 55")
                .containsEntry("NoNewPrivs", "1")
                .containsEntry("Seccomp", "2")
                .containsEntry("CapBnd", "00000000a80425fb")
                // execve takes what is neither ambient nor of root
                .containsEntry("CapPrm", "0000000000000000")
                .containsEntry("CapEff", "0000000000000000");
        assertThat(outcome.err()).contains("mkdir").contains("Operation not permitted");
        assertThat(outcome.lines().getLast()).isEqualTo("0022");
    }

    @Test
    void aFilterWithoutNoNewPrivilegesIsLoadedBeforeTheRightToIsGivenUp() {
        Outcome outcome = started(root.running(
                "cat /proc/self/status; mkdir /tmp/x",
                new Step.Seccomp(0, Filters.denyMkdir()),
                identity(0, 0, DEFAULT_CAPABILITIES)));

        assertThat(status(outcome))
                .containsEntry("Seccomp", "2")
                .containsEntry("NoNewPrivs", "0")
                .containsEntry("CapEff", "00000000a80425fb");
        assertThat(outcome.err()).contains("Operation not permitted");
    }

    @Test
    void rootKeepsTheCapabilitiesOfThePlanAndAmbientOnesSurviveForOthers() {
        Outcome asRoot = started(root.running("cat /proc/self/status", identity(0, 0, DEFAULT_CAPABILITIES)));
        assertThat(status(asRoot))
                .containsEntry("CapEff", "00000000a80425fb")
                .containsEntry("CapPrm", "00000000a80425fb");

        long bind = 1 << 10;
        Outcome ambient = started(root.running(
                "cat /proc/self/status", new Step.Identity(1000, 1000, List.of(), 022, bind, bind, bind, bind, bind)));
        assertThat(status(ambient))
                .containsEntry("CapEff", "0000000000000400")
                .containsEntry("CapAmb", "0000000000000400");
    }

    @Test
    void limitsNamesAndSettingsLiveInTheContainer() throws IOException {
        String hostname = Files.readString(Path.of("/proc/sys/kernel/hostname"));

        Outcome outcome = started(root.running(
                "ulimit -Sn; ulimit -Hn; hostname; cat /proc/sys/kernel/domainname;"
                        + " cat /proc/sys/net/ipv4/ip_unprivileged_port_start; cat /proc/self/oom_score_adj;"
                        + " cat /sys/class/net/lo/flags; pwd",
                new Step.Rlimit(7, 123, 456),
                new Step.Hostname("web-1"),
                new Step.DomainName("example.org"),
                new Step.Sysctl("net.ipv4.ip_unprivileged_port_start", "80"),
                new Step.OomScore("321"),
                new Step.Loopback(),
                new Step.Chdir("/var/app", Step.Chdir.MAKE)));

        assertThat(outcome.lines())
                .containsExactly("123", "456", "web-1", "example.org", "80", "321", "0x9", "/var/app");
        assertThat(Files.readString(Path.of("/proc/sys/kernel/hostname"))).isEqualTo(hostname);
    }

    @Test
    void devicesWorkAndHaveTheirOwners() {
        Outcome outcome = started(root.running(
                "stat -c '%n %a %u %g %t %T' /dev/null /dev/own; echo x >/dev/null; echo x >/dev/full; readlink /dev/fd",
                new Step.Device("/dev/own", 0020640, 1, 5, 3, 4, 0),
                new Step.Device("/dev/null", 0020666, 1, 3, 0, 0, 0),
                new Step.Symlink("/dev/fd", "/proc/self/fd")));

        assertThat(outcome.lines()).containsExactly("/dev/null 666 0 0 1 3", "/dev/own 640 3 4 1 5", "/proc/self/fd");
        assertThat(outcome.err()).contains("No space left on device");
    }

    @Test
    void aDeviceNodeOfAnImageCannotBeOpenedInARootWithoutDevices() {
        ShimLaunch.command("/bin/mknod", "-m", "666", root.lower.resolve("node").toString(), "c", "1", "5");
        String lower = root.lower.toString();
        String upper = root.upper.toString();
        String work = directory.resolve("work").toString();
        String layer = directory.resolve("layer").toString();
        ShimLaunch.command("/bin/mkdir", layer);
        List<Step> closed = List.of(
                new Step.Overlay(BusyboxRoot.ROOT_SLOT, List.of(lower), upper, work, List.of(), BusyboxRoot.NODEV),
                new Step.Overlay(BusyboxRoot.ROOT_SLOT, List.of(layer, lower), "", "", List.of(), BusyboxRoot.NODEV),
                new Step.Overlay(BusyboxRoot.ROOT_SLOT, List.of(lower), "", "", List.of(), BusyboxRoot.NODEV),
                new Step.OpenTree(BusyboxRoot.ROOT_SLOT, lower, Step.OpenTree.RECURSIVE | Step.OpenTree.NO_DEVICES));
        String script = "exec 2>&1; stat -c %t:%T /node; wc -c </dev/null; : </node && echo open";

        for (Step step : closed) {
            Outcome outcome = started(rootedIn(step, script));
            assertThat(outcome.lines())
                    .as(step.toString())
                    .startsWith("1:5", "0")
                    .doesNotContain("open");
            assertThat(outcome.out()).as(step.toString()).contains("Permission denied");
        }
        assertThat(started(root.running(script)).lines()).containsExactly("1:5", "0", "open");
    }

    private List<Step> rootedIn(Step first, String script) {
        var steps = root.running(script);
        steps.set(0, first);
        return steps;
    }

    @Test
    void bindsTakeTheirAttributesAndMakeTheirTargets() throws IOException {
        Path source = Files.createDirectories(directory.resolve("source"));
        Files.writeString(source.resolve("file"), "bound\n");
        var steps = new ArrayList<Step>(List.of(
                new Step.OpenTree(0, source.toString(), Step.OpenTree.RECURSIVE),
                new Step.OpenTree(1, source.resolve("file").toString(), 0),
                new Step.OpenTree(3, source.toString(), 0),
                new Step.OpenTree(2, "/not/there", Step.OpenTree.MAY_BE_MISSING)));
        steps.addAll(root.steps());
        steps.add(new Step.Bind(0, "/a/b", BusyboxRoot.READ_ONLY, Step.Bind.MAKE_TARGET, 0));
        steps.add(new Step.Bind(3, "/again", 0, Step.Bind.MAKE_TARGET, 0));
        steps.add(new Step.Bind(1, "/etc/file", 0, Step.Bind.MAKE_TARGET, 0));
        steps.add(new Step.Bind(2, "/missing", 0, Step.Bind.MAKE_TARGET, 0));
        steps.add(shell("cat /a/b/file /etc/file; touch /a/b/x; touch /again/y; ls /missing"));

        Outcome outcome = started(steps);

        assertThat(outcome.lines()).containsExactly("bound", "bound");
        assertThat(outcome.err()).contains("/a/b/x: Read-only file system").contains("/missing: No such file");
        assertThat(source.resolve("y")).exists();
    }

    @Test
    void aMountOfTheHostReachesASlaveAndNoMountGoesBack() throws IOException {
        Path shared = Files.createDirectories(directory.resolve("shared"));
        Path flag = directory.resolve("flag");
        // In a mount namespace of its own, so that the host of this test is left alone.
        String before = "exec unshare -m sh -c '"
                + "mount -t tmpfs shared " + shared + " && mount --make-shared " + shared + " && mkdir " + shared
                + "/late && \"$0\" launch 4 4<\"$1\" 3>\"$2\" && mount -t tmpfs late " + shared
                + "/late && touch " + shared + "/late/seen && echo >" + flag
                + "' \"$0\" \"$1\" \"$2\"";
        for (long propagation : new long[] {1 << 19 | 1 << 14, 0}) {
            Files.deleteIfExists(flag);
            var steps = new ArrayList<Step>(List.of(
                    new Step.OpenTree(0, shared.toString(), Step.OpenTree.RECURSIVE),
                    new Step.OpenTree(1, directory.toString(), 0)));
            steps.addAll(root.steps());
            steps.add(new Step.Bind(0, "/shared", 0, Step.Bind.MAKE_TARGET, propagation));
            steps.add(new Step.Bind(1, "/host", 0, Step.Bind.MAKE_TARGET, 0));
            steps.add(shell("until [ -e /host/flag ]; do usleep 1000; done; ls /shared/late"));
            Outcome outcome = started(steps, before);
            assertThat(outcome.lines()).isEqualTo(propagation == 0 ? List.of() : List.of("seen"));
        }
    }

    @Test
    void anInitFaceIsProcessOneAndTheProgramItsChild() {
        var steps = root.steps();
        steps.add(new Step.Exec(
                List.of("sh", "-c", "echo $$ $PPID; ls /proc/self/fd | wc -l"),
                List.of("PATH=/bin"),
                Step.Exec.UNDER_INIT));

        assertThat(started(steps).lines().getFirst()).isNotEqualTo("1 0").endsWith(" 1");
    }

    @Test
    void noDescriptorOfTheHostReachesTheProgram() {
        assertThat(started(list(root.steps(), new Step.Exec(List.of("/bin/ls", "/proc/self/fd"), List.of(), 0)))
                        .lines())
                .containsExactly("0", "1", "2", "3"); // 3 is the directory that ls reads
    }

    private Outcome started(List<Step> steps) {
        return started(steps, "");
    }

    private Outcome started(List<Step> steps, String before) {
        Outcome outcome = launch.run(steps, before);
        assertThat(outcome.code()).as(outcome.err()).isZero();
        return outcome;
    }

    private static Map<String, String> status(Outcome outcome) {
        return outcome.lines().stream()
                .filter(line -> line.contains(":\t"))
                .map(line -> line.split(":\t", 2))
                .collect(Collectors.toMap(parts -> parts[0], parts -> parts[1].strip()));
    }

    /// Filters made by hand. <linux/filter.h>, <linux/seccomp.h>
    static final class Filters {
        private static final int ALLOW = 0x7fff0000;
        private static final int EPERM = 0x00050001;
        private static final int KILL = 0x80000000;

        private Filters() {}

        static Step.Seccomp.Filter denyMkdir() {
            return deny(EPERM, mkdirs());
        }

        static Step.Seccomp.Filter killOpenat2() {
            return deny(KILL, 437);
        }

        private static int[] mkdirs() {
            return System.getProperty("os.arch").equals("aarch64") ? new int[] {34} : new int[] {83, 258};
        }

        private static Step.Seccomp.Filter deny(int action, int... calls) {
            ByteBuffer out = ByteBuffer.allocate(8 * (2 * calls.length + 2)).order(ByteOrder.LITTLE_ENDIAN);
            out.putShort((short) 0x20).putShort((short) 0).putInt(0); // load the number of the call
            for (int call : calls) {
                out.putShort((short) 0x15).put((byte) 0).put((byte) 1).putInt(call); // unless it is this, skip one
                out.putShort((short) 6).putShort((short) 0).putInt(action);
            }
            out.putShort((short) 6).putShort((short) 0).putInt(ALLOW);
            return new Step.Seccomp.Filter(out.array());
        }
    }
}
