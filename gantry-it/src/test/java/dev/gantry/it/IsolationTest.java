package dev.gantry.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Namespaces of the host and of other containers, rights and rare limits, through the stock client.
@Tag("kernel")
@Timeout(180)
class IsolationTest {
    private static final String TOOLS = "/bin/busybox --install -s /bin 2>/dev/null; ";

    @TempDir
    static Path dir;

    private static StockDaemon stock;

    @BeforeAll
    static void start() throws IOException {
        stock = StockDaemon.start(dir);
    }

    @AfterAll
    static void stop() {
        if (stock != null) {
            stock.close();
        }
    }

    @AfterEach
    void remove() throws IOException {
        stock.removeAll();
    }

    private static String run(String... arguments) throws IOException {
        return stock.out(command(arguments));
    }

    private static String refusal(String... arguments) throws IOException {
        return stock.refusal(command(arguments));
    }

    /// The last one is a script.
    private static String[] command(String... arguments) {
        String[] all = new String[arguments.length + 7];
        System.arraycopy(new String[] {"run", "--rm", "--network", "none"}, 0, all, 0, 4);
        System.arraycopy(arguments, 0, all, 4, arguments.length - 1);
        int at = 4 + arguments.length - 1;
        System.arraycopy(
                new String[] {"busybox:it", "/bin/sh", "-c", TOOLS + arguments[arguments.length - 1]}, 0, all, at, 4);
        return all;
    }

    private static void runs(String name, String... flags) throws IOException {
        String[] all = new String[flags.length + 11];
        System.arraycopy(
                new String[] {"run", "-d", "--network", "none", "--stop-timeout", "0", "--name", name}, 0, all, 0, 8);
        System.arraycopy(flags, 0, all, 8, flags.length);
        System.arraycopy(new String[] {"busybox:it", "sleep", "1000"}, 0, all, 8 + flags.length, 3);
        stock.out(all);
    }

    private static String state(String name) throws IOException {
        return stock.out("inspect", "-f", "{{.State.Status}} {{.State.ExitCode}}", name);
    }

    private static String namespace(String type) throws IOException {
        return Files.readSymbolicLink(Path.of("/proc/self/ns/" + type)).toString();
    }

    // privileged

    @Test
    void aPrivilegedContainerHasAllRightsAndNothingIsHidden() throws IOException {
        String status = run(
                "--privileged",
                "grep -E '^(CapEff|Seccomp:)' /proc/self/status; grep -E ' /(sys|sys/fs/cgroup/memory) ' /proc/self/mounts; grep -c ' /proc/' /proc/self/mounts || true");
        String own = Files.readString(Path.of("/proc/self/status"));
        String all =
                own.lines().filter(l -> l.startsWith("CapEff:")).findFirst().orElseThrow();
        assertThat(status).contains(all).contains("Seccomp:\t0");
        assertThat(status).contains("sysfs /sys sysfs rw");
        assertThat(status).endsWith("\n0");
    }

    @Test
    void aPrivilegedContainerHasTheDevicesOfTheHost() throws IOException {
        assumeTrue(Files.exists(Path.of("/dev/loop-control")), "no /dev/loop-control on this host");
        assertThat(run("--privileged", "(exec 3</dev/loop-control) && echo open"))
                .isEqualTo("open");
        assertThat(run("ls /dev/loop-control 2>/dev/null || echo none")).isEqualTo("none");
        assertThat(run("--privileged", "/bin/busybox mount -t tmpfs x /tmp && echo mounted"))
                .isEqualTo("mounted");
    }

    @Test
    void aPrivilegedContainerCanBeGivenADeviceByName() throws IOException {
        assumeTrue(Files.exists(Path.of("/dev/loop-control")), "no /dev/loop-control on this host");
        assertThat(
                        run(
                                "--privileged",
                                "--device",
                                "/dev/loop-control",
                                "--device-cgroup-rule",
                                "c 1:3 rwm",
                                "(exec 3</dev/loop-control) && /bin/busybox mknod /dev/x c 10 237 && (exec 3</dev/x) && echo open"))
                .isEqualTo("open");
    }

    @Test
    void aRuleOpensADeviceThatTheContainerMakes() throws IOException {
        assumeTrue(Files.isDirectory(Path.of("/sys/fs/cgroup/devices")), "no devices hierarchy of cgroup v1");
        String make =
                "/bin/busybox mknod /dev/control c 10 237; (exec 3</dev/control) 2>/dev/null && echo open || echo not";
        assertThat(run("--device-cgroup-rule", "c 10:* rw", make)).isEqualTo("open");
        assertThat(run(make)).isEqualTo("not");
        assertThat(refusal("--device-cgroup-rule", "c 10:*", "true")).contains("c 10:*");
    }

    @Test
    void systemPathsCanBeUnconfined() throws IOException {
        assertThat(run("grep -c ' /proc/' /proc/self/mounts")).isNotEqualTo("0");
        assertThat(run("--security-opt", "systempaths=unconfined", "grep -c ' /proc/' /proc/self/mounts || true"))
                .isEqualTo("0");
    }

    // namespaces

    @Test
    void theHostsNamespacesAreTheHosts() throws IOException {
        assertThat(run("--pid", "host", "readlink /proc/self/ns/pid")).isEqualTo(namespace("pid"));
        assertThat(run("--ipc", "host", "readlink /proc/self/ns/ipc")).isEqualTo(namespace("ipc"));
        assertThat(run("--uts", "host", "readlink /proc/self/ns/uts")).isEqualTo(namespace("uts"));
        assertThat(run("--cgroupns", "host", "readlink /proc/self/ns/cgroup")).isEqualTo(namespace("cgroup"));
        assertThat(run("--cgroupns", "private", "readlink /proc/self/ns/cgroup"))
                .isNotEqualTo(namespace("cgroup"));
        assertThat(refusal("--uts", "host", "--hostname", "x", "true"))
                .contains("conflicting options: hostname and the UTS mode");
        assertThat(refusal("--pid", "foo", "true")).contains("PID");
    }

    @Test
    void aContainerSeesAndSignalsTheProcessesOfAnother() throws IOException {
        runs("xx");
        assertThat(run("--pid", "container:xx", "cat /proc/1/cmdline | tr '\\0' ' '"))
                .isEqualTo("sleep 1000");
        runs("yy", "--pid", "container:xx");
        assertThat(stock.out("exec", "yy", "/bin/busybox", "readlink", "/proc/self/ns/pid"))
                .isEqualTo(stock.out("exec", "xx", "/bin/busybox", "readlink", "/proc/self/ns/pid"));
        // With its first process a namespace ends, and all in it.
        stock.out("stop", "xx");
        assertThat(stock.out("wait", "yy")).isEqualTo("137");
        assertThat(refusal("--pid", "container:xx", "true")).contains("cannot join PID of a non running container");
        stock.out("start", "xx");
        stock.out("start", "yy");
        assertThat(state("yy")).startsWith("running");
        assertThat(refusal("--pid", "container:nope", "true")).contains("No such container: nope");
    }

    @Test
    void killingOneThatSharesProcessesLeavesTheOther() throws IOException {
        runs("xx");
        runs("yy", "--pid", "container:xx");
        stock.out("rm", "-f", "yy");
        assertThat(state("xx")).startsWith("running");
        assertThat(run("--pid", "container:xx", "ls /proc | grep -c '^[0-9]'").strip())
                .isNotEqualTo("0");
    }

    @Test
    void sharedMemoryIsSharedByWhoSaysSo() throws IOException {
        runs("xx", "--ipc", "shareable", "--shm-size", "8m");
        stock.out("exec", "xx", "/bin/sh", "-c", "echo hello > /dev/shm/word");
        assertThat(run("--ipc", "container:xx", "cat /dev/shm/word; readlink /proc/self/ns/ipc"))
                .isEqualTo("hello\n" + stock.out("exec", "xx", "/bin/busybox", "readlink", "/proc/self/ns/ipc"));
        assertThat(stock.out("exec", "xx", "/bin/sh", "-c", "/bin/busybox grep ' /dev/shm ' /proc/mounts"))
                .contains("size=8192k");
        runs("yy", "--ipc", "container:xx");
        stock.out("stop", "xx");
        // Who uses it keeps it, until its own end.
        assertThat(stock.out("exec", "yy", "cat", "/dev/shm/word")).isEqualTo("hello");
        stock.out("start", "xx");
        assertThat(stock.out("exec", "xx", "ls", "/dev/shm")).isEmpty();
        runs("zz");
        assertThat(refusal("--ipc", "container:zz", "true")).contains("non-shareable IPC");
        assertThat(run("--ipc", "none", "ls /dev/shm 2>/dev/null | wc -l; grep -c ' /dev/shm ' /proc/mounts || true"))
                .isEqualTo("0\n0");
        stock.removeAll();
        assertThat(Files.readString(Path.of("/proc/self/mounts"))).doesNotContain(dir + "/data/containers");
    }

    @Test
    void sharedMemoryOfARunThatWasLostIsGone() throws IOException {
        runs("xx", "--ipc", "shareable");
        assertThat(Files.readString(Path.of("/proc/self/mounts"))).contains(dir + "/data/containers");
        long pid = Long.parseLong(stock.out("inspect", "-f", "{{.State.Pid}}", "xx"));
        ProcessHandle watch =
                ProcessHandle.of(pid).flatMap(ProcessHandle::parent).orElseThrow();
        assertThat(watch.info().command().orElse("")).contains("shim");
        watch.destroyForcibly();
        stock.out("wait", "xx");
        assertThat(Files.readString(Path.of("/proc/self/mounts"))).doesNotContain(dir + "/data/containers");
    }

    // limits and what is only kept

    @Test
    void rareLimitsAreSetInTheGroups() throws IOException {
        assumeTrue(Files.isDirectory(Path.of("/sys/fs/cgroup/memory")), "no memory hierarchy of cgroup v1");
        assertThat(
                        run(
                                "-m",
                                "32m",
                                "--memory-swappiness",
                                "7",
                                "--oom-kill-disable",
                                "cat /sys/fs/cgroup/memory/memory.swappiness; head -1 /sys/fs/cgroup/memory/memory.oom_control"))
                .isEqualTo("7\noom_kill_disable 1");
        assumeTrue(Files.exists(Path.of("/dev/loop0")), "no /dev/loop0");
        assumeTrue(Files.isDirectory(Path.of("/sys/fs/cgroup/blkio")), "no blkio hierarchy of cgroup v1");
        assertThat(run(
                        "--device-read-bps",
                        "/dev/loop0:1mb",
                        "--device-write-iops",
                        "/dev/loop0:100",
                        "cat /sys/fs/cgroup/blkio/blkio.throttle.read_bps_device"
                                + " /sys/fs/cgroup/blkio/blkio.throttle.write_iops_device"))
                .isEqualTo("7:0 1048576\n7:0 100");
        assertThat(refusal("--device-read-bps", "/dev/null:1mb", "true")).contains("it is no block device");
    }

    @Test
    void whatIsOnlyToldIsKept() throws IOException {
        stock.out("create", "--name", "told", "--annotation", "a.b=c", "--runtime", "runc", "busybox:it", "true");
        assertThat(stock.out("inspect", "-f", "{{.HostConfig.Annotations}} {{.HostConfig.Runtime}}", "told"))
                .isEqualTo("map[a.b:c] runc");
        assertThat(stock.refusal("create", "--runtime", "nope", "busybox:it"))
                .contains("unknown or invalid runtime name: nope");
    }

    @Test
    void groupsAreBelowTheParentThatWasAskedFor() throws IOException {
        assumeTrue(Files.isDirectory(Path.of("/sys/fs/cgroup/memory")), "no memory hierarchy of cgroup v1");
        Path parent = Path.of(
                "/sys/fs/cgroup/memory/gantry-it-parent-" + stock.daemon().pid());
        try {
            runs("xx", "--cgroup-parent", "/" + parent.getFileName(), "-m", "32m");
            String id = stock.out("inspect", "-f", "{{.Id}}", "xx");
            assertThat(Files.readString(parent.resolve(id).resolve("memory.limit_in_bytes"))
                            .strip())
                    .isEqualTo(Integer.toString(32 << 20));
            assertThat(stock.out("exec", "xx", "cat", "/proc/self/cgroup")).doesNotContain(id);
            stock.out("stop", "xx");
            assertThat(parent.resolve(id)).doesNotExist();
            stock.out("start", "xx");
            assertThat(parent.resolve(id)).exists();
            stock.out("rm", "-f", "xx");
            assertThat(parent.resolve(id)).doesNotExist();
            assertThat(stock.refusal("create", "--cgroup-parent", "../x", "busybox:it", "true"))
                    .contains("it leaves its hierarchy");
        } finally {
            try (var hierarchies = Files.list(Path.of("/sys/fs/cgroup"))) {
                for (Path h : hierarchies.toList()) {
                    Files.deleteIfExists(h.resolve(parent.getFileName()));
                }
            }
            Files.deleteIfExists(Path.of("/sys/fs/cgroup").resolve(parent.getFileName()));
        }
    }

    // logs

    @Test
    void recordsTellTheirDetails() throws IOException {
        stock.out(
                "run",
                "--name",
                "tagged",
                "--network",
                "none",
                "--label",
                "tier=a b",
                "--log-opt",
                "labels=tier",
                "--log-opt",
                "tag={{.Name}}",
                "busybox:it",
                "echo",
                "hello");
        assertThat(stock.out("logs", "--details", "tagged")).isEqualTo("tag=tagged,tier=a+b hello");
        stock.out(
                "run", "--name", "local", "--network", "none", "--log-driver", "local", "busybox:it", "echo", "hello");
        assertThat(stock.out("logs", "local")).isEqualTo("hello");
        assertThat(stock.out("inspect", "-f", "{{.HostConfig.LogConfig.Type}}|{{.LogPath}}", "local"))
                .isEqualTo("local|");
    }
}
