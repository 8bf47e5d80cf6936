package dev.gantry.runtime.oci;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.gantry.runtime.seccomp.SeccompProfile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Compiled plans obeyed by the real shim, and what the kernel says of the result.
class DefaultContainerTest {
    private final HostFacts host = HostFacts.observe();

    @TempDir
    Path scratch;

    private Launched container;

    @BeforeEach
    void prepare() throws Exception {
        assumeTrue(Launched.obstacle().isEmpty(), Launched.obstacle());
        container = new Launched(scratch, host);
    }

    @AfterEach
    void leaveNothing() throws Exception {
        if (container != null) {
            container.close();
        }
    }

    private String rights() {
        return "%016x".formatted(Capabilities.mask(DefaultSpec.capabilities(host)));
    }

    @Test
    void theProcessHasDockersRights() throws Exception {
        String status = container.sh(builder(), "echo $$; hostname; cat /proc/self/status; id -u");
        assertThat(status.lines().limit(2)).containsExactly("1", "web");
        assertThat(status)
                .contains("CapEff:\t" + rights())
                .contains("CapPrm:\t" + rights())
                .contains("CapBnd:\t" + rights())
                .contains("CapInh:\t0000000000000000")
                .contains("CapAmb:\t0000000000000000")
                .contains("Seccomp:\t2")
                .contains("Seccomp_filters:\t1")
                .contains("NoNewPrivs:\t0");
    }

    @Test
    void processorsOfGroupsAboveStayAsTheyAre() throws Exception {
        String top = host.cgroups().v1().getOrDefault("cpuset", "");
        assumeTrue(!top.isEmpty() && host.cgroups().writable(), "no cpuset hierarchy of cgroup v1");
        assumeTrue(host.cgroups().cpus().length() > 1, "one processor only");
        Path pinned = Files.createDirectories(Path.of(top, container.cgroup()).getParent());
        Path above = Files.createDirectories(pinned.resolve("pinned"));
        try {
            for (Path group : List.of(pinned, above)) {
                Files.writeString(group.resolve("cpuset.cpus"), "0");
                Files.writeString(group.resolve("cpuset.mems"), host.cgroups().mems());
            }
            String said = container.run(
                    builder().args(List.of("/bin/cat", "/proc/self/status")).build(),
                    container.context(container.cgroup().replaceFirst("/", "/pinned/made/")));
            assertThat(said).contains("Cpus_allowed_list:\t0\n");
            assertThat(Files.readString(above.resolve("cpuset.cpus"))).isEqualTo("0\n");
            assertThat(Files.readString(above.resolve("cgroup.clone_children"))).isEqualTo("0\n");
            assertThat(Files.readString(pinned.resolve("cpuset.cpus"))).isEqualTo("0\n");
        } finally {
            container.close();
            String name = pinned.getFileName().toString();
            for (String hierarchy : host.cgroups().v1().values()) {
                removeParents(Path.of(hierarchy, name));
            }
            removeParents(Path.of(host.cgroups().v2(), name));
        }
    }

    private static void removeParents(Path group) {
        for (String below : List.of("pinned/made", "pinned", "")) {
            group.resolve(below).toFile().delete();
        }
    }

    @Test
    void theMountsAreDockers() throws Exception {
        String mounts = container.sh(builder(), "cat /proc/self/mountinfo");
        List<String> seen = mounts.lines()
                .map(l -> l.split(" "))
                .filter(w -> !w[4].startsWith("/sys/fs/cgroup/"))
                .map(w -> w[4] + " " + w[5])
                .toList();
        assertThat(seen)
                .contains(
                        "/ rw,relatime",
                        "/proc rw,nosuid,nodev,noexec,relatime",
                        "/dev rw,nosuid",
                        "/dev/pts rw,nosuid,noexec,relatime",
                        "/sys ro,nosuid,nodev,noexec,relatime",
                        "/dev/shm rw,nosuid,nodev,noexec,relatime",
                        "/proc/bus ro,nosuid,nodev,noexec,relatime",
                        "/proc/fs ro,nosuid,nodev,noexec,relatime",
                        "/proc/irq ro,nosuid,nodev,noexec,relatime",
                        "/proc/sys ro,nosuid,nodev,noexec,relatime");
        // Nothing of the host's is left.
        assertThat(seen)
                .allMatch(m ->
                        m.startsWith("/ ") || m.startsWith("/proc") || m.startsWith("/dev") || m.startsWith("/sys"));
        assertThat(mounts).doesNotContain("shared:").doesNotContain("master:");
    }

    @Test
    void theDevicesAreDockers() throws Exception {
        String devices = container.sh(
                builder(),
                "cd /dev; stat -c '%n %a %t:%T' *; for l in ptmx fd stdin stdout stderr; do readlink $l; done");
        assertThat(devices.lines())
                .contains(
                        "null 666 1:3",
                        "zero 666 1:5",
                        "full 666 1:7",
                        "random 666 1:8",
                        "urandom 666 1:9",
                        "tty 666 5:0",
                        "pts/ptmx",
                        "/proc/self/fd",
                        "/proc/self/fd/0",
                        "/proc/self/fd/1",
                        "/proc/self/fd/2");
    }

    @Test
    void otherDevicesCanBeMadeButNotOpened() throws Exception {
        assumeTrue(host.cgroups().v1().containsKey("devices"), "devices are guarded by v1 groups only");
        String said = container.sh(
                builder(),
                "busybox mknod /tmp-kmsg c 1 11 && echo made; head -c 1 /tmp-kmsg; head -c 1 /dev/zero | busybox od -An -tx1");
        assertThat(said).contains("made").contains("Operation not permitted").contains("00");
    }

    @Test
    void whatIsMaskedShowsNothing() throws Exception {
        String said = container.sh(
                builder(),
                "cat /proc/keys /proc/timer_list /proc/interrupts; ls -A /proc/acpi /sys/firmware; echo end");
        assertThat(said.lines().filter(l -> !l.isEmpty() && !l.endsWith(":"))).containsExactly("end");
        assertThat(container.sh(builder(), "echo 1 > /proc/sys/kernel/domainname"))
                .contains("Read-only file system");
    }

    @Test
    void theProcessSeesItsOwnGroupsAsTheRoot() throws Exception {
        String said = container.sh(
                builder(), "cat /proc/self/cgroup; cat /sys/fs/cgroup/*/pids.current /sys/fs/cgroup/pids.current");
        assertThat(said).doesNotContain("gantry-test");
        assertThat(said.lines()).contains("0::/");
        assertThat(said).containsPattern("(?m)^[123]$");
    }

    @Test
    void limitsAreInTheKernelsOwnAccounts() throws Exception {
        assumeTrue(host.cgroups().v1().containsKey("memory"), "reads the v1 files");
        String said = container.sh(
                builder()
                        .memory(32 << 20)
                        .cpuNanos(500_000_000)
                        .cpuShares(512)
                        .pidsLimit(7)
                        .cpuset("0", ""),
                "cd /sys/fs/cgroup; cat memory/memory.limit_in_bytes memory/memory.memsw.limit_in_bytes"
                        + " cpu/cpu.cfs_quota_us cpu/cpu.cfs_period_us cpu/cpu.shares pids/pids.max"
                        + " cpuset/cpuset.cpus cpuset/cpuset.mems");
        assertThat(said.lines()).containsExactly("33554432", "67108864", "50000", "100000", "512", "7", "0", "0");
    }

    @Test
    void anExecJoinsEverythingAndHasTheSameRights() throws Exception {
        PlanCompiler compiler = new PlanCompiler();
        var plan = compiler.compile(
                builder()
                        .args(List.of("/bin/sh", "-c", "echo ready; read x"))
                        .noNewPrivileges(true)
                        .build(),
                container.context());
        Process process = container.start(plan);
        assertThat(new String(process.getInputStream().readNBytes(6))).isEqualTo("ready\n");
        var init = new LaunchContext.Peer(container.pid(), startTime(container.pid()));
        String said = container.launch(JoinPlan.of(
                plan,
                init,
                new JoinPlan.Exec(
                        List.of(
                                "/bin/sh",
                                "-c",
                                "for n in cgroup ipc mnt net pid uts; do readlink /proc/self/ns/$n; done;"
                                        + "cat /proc/self/cgroup; cat /proc/self/status; hostname; pwd; id"),
                        List.of("PATH=/bin"),
                        "/dev",
                        ProcessSpec.User.of(7, 8, List.of(9L)),
                        false,
                        null,
                        false),
                host,
                LaunchContext.WatchOptions.NONE));
        List<String> own = said.lines().limit(6).toList();
        List<String> inits = new ArrayList<>();
        for (String n : List.of("cgroup", "ipc", "mnt", "net", "pid", "uts")) {
            inits.add(Files.readSymbolicLink(Path.of("/proc/" + init.pid() + "/ns/" + n))
                    .toString());
        }
        process.getOutputStream().close();
        process.getInputStream().readAllBytes();
        // The cgroup namespace is another one with the same root.
        assertThat(own.subList(1, 6)).isEqualTo(inits.subList(1, 6));
        assertThat(said)
                .contains("0::/\n")
                .contains("CapBnd:\t" + rights())
                .contains("Seccomp_filters:\t1")
                .contains("NoNewPrivs:\t1")
                .contains("\nweb\n/dev\nuid=7 gid=8 groups=9");
        container.use(plan);
    }

    private static long startTime(long pid) throws Exception {
        String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
        return Long.parseLong(stat.substring(stat.lastIndexOf(')') + 2).split(" ")[19]);
    }

    @Test
    void anOrdinaryUserHasNoCapabilitiesAndTheGroupsHeWasGiven() throws Exception {
        String said = container.sh(
                builder().user(1000, 1001, List.of(5L, 6L)).cwd("/home/u"), "id; pwd; cat /proc/self/status");
        assertThat(said)
                .contains("uid=1000 gid=1001 groups=5,6")
                .contains("/home/u")
                .contains("CapEff:\t0000000000000000")
                .contains("CapBnd:\t" + rights());
    }

    @Test
    void aReadOnlyRootHasItsWritablePlaces() throws Exception {
        String said = container.sh(
                builder().readonlyRoot(true).cwd("/srv/made").tmpfs("/scratch", List.of("size=1m", "mode=700")),
                "pwd; echo x > /scratch/f && echo wrote; echo x > /f; busybox df -k /scratch | busybox tail -1");
        assertThat(said)
                .contains("/srv/made", "wrote", "can't create /f: Read-only file system")
                .containsPattern("1024 ");
    }

    @Test
    void bindsShowWhatTheySay() throws Exception {
        Path dir = Files.createDirectories(scratch.resolve("shared"));
        Files.writeString(dir.resolve("f"), "of the host\n");
        Path file = Files.writeString(scratch.resolve("single"), "a file\n");
        String said = container.sh(
                builder()
                        .bind(dir.toString(), "/a/b/c", List.of())
                        .bind(dir.toString(), "/ro", List.of("rro"))
                        .bind(file.toString(), "/etc/single", List.of("ro", "nosuid")),
                "cat /a/b/c/f /etc/single; echo more >> /a/b/c/f; echo no >> /ro/f; cat /proc/self/mountinfo");
        assertThat(said)
                .contains("of the host", "a file", "can't create /ro/f: Read-only file system")
                .containsPattern("/etc/single ro,nosuid,relatime");
        assertThat(dir.resolve("f")).hasContent("of the host\nmore\n");
    }

    @Test
    void whatIsCoveredShowsNothing() throws Exception {
        Files.createDirectories(container.lower().resolve("var/lib/ours/secret"));
        Files.writeString(container.lower().resolve("socket"), "host");
        RuntimeSpec spec = builder()
                .args(List.of("/bin/sh", "-c", "ls -A /var/lib/ours; cat /socket; echo end"))
                .build();
        String said =
                container.run(spec, container.context().withCovers(List.of("/var/lib/ours", "/socket", "/absent")));
        assertThat(said.lines()).containsExactly("end");
    }

    @Test
    void allAndNoCapabilities() throws Exception {
        String every = "%016x".formatted(host.capabilities());
        assertThat(container.sh(builder().capabilities(List.of("all"), List.of()), "cat /proc/self/status"))
                .contains("CapEff:\t" + every);
        assertThat(container.sh(builder().capabilities(List.of("chown"), List.of("ALL")), "cat /proc/self/status"))
                .contains("CapEff:\t0000000000000001");
    }

    @Test
    void theHostsNetworkIsSeenWhenAskedFor() throws Exception {
        String own = container.sh(builder(), "ls /sys/class/net; readlink /proc/self/ns/net");
        assertThat(own.lines().findFirst()).contains("lo");
        String hosts = Files.readSymbolicLink(Path.of("/proc/self/ns/net")).toString();
        assertThat(own).doesNotContain(hosts);
        assertThat(container.sh(builder().hostNetwork(), "readlink /proc/self/ns/net"))
                .contains(hosts);
    }

    @Test
    void limitsOfTheProcessAreSet() throws Exception {
        assertThat(container
                        .sh(builder().ulimit("nofile", 100, 200), "ulimit -n; ulimit -Hn")
                        .lines())
                .containsExactly("100", "200");
    }

    private SpecBuilder builder() {
        return DefaultSpec.builder(host)
                .hostname("web")
                .env(List.of("PATH=/bin"))
                .seccomp(SeccompProfile.standard());
    }
}
