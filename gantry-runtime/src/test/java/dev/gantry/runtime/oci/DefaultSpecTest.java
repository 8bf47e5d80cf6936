package dev.gantry.runtime.oci;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gantry.base.InvalidArgument;
import dev.gantry.base.Unsupported;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/// Docker's defaults, row by row.
class DefaultSpecTest {
    private static final HostFacts HOST = Hosts.hybrid();

    @Test
    void theCapabilitiesAreDockersFourteen() {
        ProcessSpec.CapabilitySets sets = capabilities(builder());
        assertThat(Capabilities.mask(sets.bounding())).isEqualTo(0xa80425fbL);
        assertThat(sets.effective()).isEqualTo(sets.bounding());
        assertThat(sets.permitted()).isEqualTo(sets.bounding());
        assertThat(sets.inheritable()).isEmpty();
        assertThat(sets.ambient()).isEmpty();
    }

    @Test
    void everyCapabilityHasTheKernelsNumber() {
        assertThat(Capabilities.all()).hasSize(41).doesNotHaveDuplicates();
        assertThat(Capabilities.mask(List.of("CAP_CHOWN"))).isEqualTo(1);
        assertThat(Capabilities.mask(List.of("CAP_SYS_ADMIN"))).isEqualTo(1L << 21);
        assertThat(Capabilities.mask(List.of("CAP_SETFCAP"))).isEqualTo(1L << 31);
        assertThat(Capabilities.mask(List.of("CAP_CHECKPOINT_RESTORE"))).isEqualTo(1L << 40);
        assertThat(Capabilities.names((1L << 41) - 1)).isEqualTo(Capabilities.all());
    }

    @Test
    void capabilitiesAreAddedAndDroppedByDockersRules() {
        assertThat(bounding(List.of("net_admin"), List.of("CAP_CHOWN")))
                .contains("CAP_NET_ADMIN", "CAP_KILL")
                .doesNotContain("CAP_CHOWN");
        assertThat(bounding(List.of("ALL"), List.of("sys_admin"))).hasSize(40).doesNotContain("CAP_SYS_ADMIN");
        assertThat(bounding(List.of("Kill"), List.of("all"))).containsExactly("CAP_KILL");
        assertThat(bounding(List.of("ALL"), List.of("ALL"))).hasSize(41);
        assertThatThrownBy(() -> bounding(List.of("CAP_FLY"), List.of()))
                .isInstanceOf(InvalidArgument.class)
                .hasMessageContaining("--cap-add CAP_FLY");
    }

    @Test
    void nobodyIsGivenWhatTheDaemonDoesNotHave() {
        HostFacts poor = new HostFacts(
                "b", HOST.arch(), HOST.kernel(), HOST.cgroups(), (1L << 41) - 1 & ~(1L << 24), true, 65537, List.of());
        assertThat(DefaultSpec.builder(poor)
                        .capabilities(List.of("ALL"), List.of())
                        .build()
                        .process()
                        .capabilities()
                        .bounding())
                .hasSize(40);
        assertThatThrownBy(() -> DefaultSpec.builder(poor).capabilities(List.of("SYS_RESOURCE"), List.of()))
                .isInstanceOf(Unsupported.class)
                .hasMessageContaining("CAP_SYS_RESOURCE");
    }

    @Test
    void theMountsAreDockers() {
        assertThat(builder().build().mounts().stream()
                        .map(m -> m.destination() + " " + m.type() + " " + m.source() + " "
                                + String.join(",", m.options())))
                .containsExactly(
                        "/proc proc proc nosuid,noexec,nodev",
                        "/dev tmpfs tmpfs nosuid,strictatime,mode=755,size=65536k",
                        "/dev/pts devpts devpts nosuid,noexec,newinstance,ptmxmode=0666,mode=0620,gid=5",
                        "/sys sysfs sysfs nosuid,noexec,nodev,ro",
                        "/sys/fs/cgroup cgroup cgroup ro,nosuid,noexec,nodev",
                        "/dev/mqueue mqueue mqueue nosuid,noexec,nodev",
                        "/dev/shm tmpfs shm nosuid,noexec,nodev,mode=1777,size=67108864");
    }

    @Test
    void aUserNamespaceOfOneIdHasNoGroupForTerminals() {
        HostFacts single = new HostFacts(
                "b", HOST.arch(), HOST.kernel(), HOST.cgroups(), HOST.capabilities(), false, 1, List.of());
        RuntimeSpec spec = DefaultSpec.builder(single).args(List.of("sh")).build();
        assertThat(spec.mounts().get(2).options())
                .containsExactly("nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620");
        assertThat(spec.linux().sysctl()).doesNotContainKey("net.ipv4.ping_group_range");
    }

    @Test
    void thePathsAreDockers() {
        assertThat(DefaultSpec.MASKED_PATHS)
                .containsExactlyInAnyOrder(
                        "/proc/asound",
                        "/proc/acpi",
                        "/proc/interrupts",
                        "/proc/kcore",
                        "/proc/keys",
                        "/proc/latency_stats",
                        "/proc/timer_list",
                        "/proc/timer_stats",
                        "/proc/sched_debug",
                        "/proc/scsi",
                        "/sys/firmware",
                        "/sys/devices/virtual/powercap");
        assertThat(DefaultSpec.READONLY_PATHS)
                .containsExactlyInAnyOrder("/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger");
    }

    @Test
    void eachProcessorsThermalThrottleIsMaskedWhereItExists() {
        HostFacts hot = new HostFacts(
                "b",
                HOST.arch(),
                HOST.kernel(),
                HOST.cgroups(),
                HOST.capabilities(),
                true,
                65537,
                List.of("/sys/devices/system/cpu/cpu0/thermal_throttle"));
        assertThat(DefaultSpec.builder(hot).args(List.of("sh")).build().linux().maskedPaths())
                .contains("/sys/devices/system/cpu/cpu0/thermal_throttle")
                .hasSize(13);
    }

    @Test
    void theDevicesAreDockers() {
        assertThat(DefaultSpec.DEVICES.stream()
                        .map(d -> d.path() + " " + d.type() + " " + d.major() + ":" + d.minor() + " "
                                + Long.toOctalString(Objects.requireNonNull(d.fileMode()))))
                .containsExactlyInAnyOrder(
                        "/dev/null c 1:3 666",
                        "/dev/zero c 1:5 666",
                        "/dev/full c 1:7 666",
                        "/dev/random c 1:8 666",
                        "/dev/urandom c 1:9 666",
                        "/dev/tty c 5:0 666");
    }

    /// Docker's explicit denial of 10:229 says nothing after "deny all", so we have none.
    @Test
    void theDeviceRulesAreDockers() {
        assertThat(DefaultSpec.DEVICE_RULES.stream()
                        .map(r -> (r.allow() ? "allow " : "deny ")
                                + (r.type().isEmpty() ? "a" : r.type()) + " " + (r.major() == null ? "*" : r.major())
                                + ":"
                                + (r.minor() == null ? "*" : r.minor()) + " " + r.access()))
                .containsExactly(
                        "deny a *:* rwm",
                        "allow c *:* m",
                        "allow b *:* m",
                        "allow c 1:3 rwm",
                        "allow c 1:5 rwm",
                        "allow c 1:7 rwm",
                        "allow c 1:8 rwm",
                        "allow c 1:9 rwm",
                        "allow c 5:0 rwm",
                        "allow c 5:1 rwm",
                        "allow c 5:2 rwm",
                        "allow c 136:* rwm");
    }

    @Test
    void theNamespacesAreNewAndIpcIsPrivate() {
        assertThat(builder().build().linux().namespaces().stream().map(LinuxSpec.Namespace::type))
                .containsExactlyInAnyOrder("mount", "uts", "pid", "ipc", "network", "cgroup");
        assertThat(builder().hostNetwork().build().linux().namespaces().stream().map(LinuxSpec.Namespace::type))
                .doesNotContain("network");
        LinuxSpec joined = builder().joinNetwork("/proc/9/ns/net").build().linux();
        assertThat(joined.namespaces()).contains(new LinuxSpec.Namespace("network", "/proc/9/ns/net"));
        assertThat(joined.sysctl()).isEmpty();
    }

    @Test
    void lowPortsAndPingAreForEverybodyInANetworkOfOnesOwn() {
        assertThat(builder().build().linux().sysctl())
                .containsEntry("net.ipv4.ip_unprivileged_port_start", "0")
                .containsEntry("net.ipv4.ping_group_range", "0 2147483647");
        assertThat(builder().hostNetwork().build().linux().sysctl()).isEmpty();
    }

    @Test
    void theRestOfTheProcessIsDockers() {
        RuntimeSpec spec = builder().build();
        ProcessSpec process = Objects.requireNonNull(spec.process());
        assertThat(process.cwd()).isEqualTo("/");
        assertThat(process.noNewPrivileges()).isFalse();
        assertThat(process.rlimits()).isEmpty();
        assertThat(process.terminal()).isFalse();
        assertThat(spec.root().readonly()).isFalse();
    }

    @Test
    void memoryBringsAsMuchSwapAgain() {
        ResourcesSpec.Memory memory =
                builder().memory(32 << 20).build().linux().resources().memory();
        assertThat(memory.limit()).isEqualTo(32L << 20);
        assertThat(memory.swap()).isEqualTo(64L << 20);
        assertThat(builder()
                        .memory(1)
                        .memorySwap(-1)
                        .build()
                        .linux()
                        .resources()
                        .memory()
                        .swap())
                .isEqualTo(-1);
    }

    @Test
    void aUsersMountReplacesTheDefaultOneAndParentsComeFirst() {
        RuntimeSpec spec = builder()
                .tmpfs("/a/b/c", List.of())
                .tmpfs("/dev/shm", List.of("size=1m", "exec"))
                .bind("/host", "/a", List.of("rro"))
                .build();
        List<String> places =
                spec.mounts().stream().map(RuntimeSpec.Mount::destination).toList();
        assertThat(places).doesNotHaveDuplicates();
        assertThat(places.subList(6, 9)).containsExactly("/a", "/dev/shm", "/a/b/c");
        assertThat(spec.mounts().get(7).options()).containsExactly("noexec", "nosuid", "nodev", "size=1m", "exec");
        assertThat(spec.mounts().get(6).options()).containsExactly("rbind", "rro");
    }

    @Test
    void aUsersDevReplacesAllBelowIt() {
        assertThat(builder().bind("/dev", "/dev", List.of()).build().mounts().stream()
                        .map(RuntimeSpec.Mount::destination))
                .containsExactly("/proc", "/sys", "/sys/fs/cgroup", "/dev");
    }

    private static SpecBuilder builder() {
        return DefaultSpec.builder(HOST).args(List.of("sh"));
    }

    private static ProcessSpec.CapabilitySets capabilities(SpecBuilder builder) {
        return Objects.requireNonNull(
                Objects.requireNonNull(builder.build().process()).capabilities());
    }

    private static List<String> bounding(List<String> add, List<String> drop) {
        return capabilities(builder().capabilities(add, drop)).bounding();
    }
}
