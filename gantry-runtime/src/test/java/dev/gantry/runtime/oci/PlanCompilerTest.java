package dev.gantry.runtime.oci;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gantry.base.InvalidArgument;
import dev.gantry.base.Unsupported;
import dev.gantry.runtime.plan.LaunchPlan;
import dev.gantry.runtime.plan.PlanText;
import dev.gantry.runtime.plan.Step;
import dev.gantry.runtime.seccomp.SeccompProfile;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/// Plans compared as text, in the form that `gantry-shim decode` prints too.
class PlanCompilerTest {
    private static final LaunchContext.Root OVERLAY = new LaunchContext.Root.Overlay(List.of("/l1", "/l0"), "/u", "/w");

    @Test
    void aDefaultContainerOnAHybridHost() {
        assertThat(text(Hosts.hybrid(), defaults(Hosts.hybrid()).hostname("web").build()))
                .isEqualTo("""
                watch OOM_COUNTER "/sys/fs/cgroup/memory/gantry/c1/memory.oom_control" "oom_kill"
                prepare CGROUP_MAKE 0 "/sys/fs/cgroup/memory/gantry/c1"
                prepare CGROUP_MAKE 1 "/sys/fs/cgroup/cpu/gantry/c1"
                prepare CGROUP_MAKE 2 "/sys/fs/cgroup/cpuacct/gantry/c1"
                prepare CGROUP_MAKE 3 "/sys/fs/cgroup/cpuset/gantry/c1"
                prepare CPUSET_FILL 3
                prepare CGROUP_MAKE 4 "/sys/fs/cgroup/pids/gantry/c1"
                prepare CGROUP_MAKE 5 "/sys/fs/cgroup/devices/gantry/c1"
                prepare CGROUP_MAKE 6 "/sys/fs/cgroup/unified/gantry/c1"
                prepare CGROUP_SET 5 "devices.deny" "a"
                prepare CGROUP_SET 5 "devices.allow" "c *:* m"
                prepare CGROUP_SET 5 "devices.allow" "b *:* m"
                prepare CGROUP_SET 5 "devices.allow" "c 1:3 rwm"
                prepare CGROUP_SET 5 "devices.allow" "c 1:5 rwm"
                prepare CGROUP_SET 5 "devices.allow" "c 1:7 rwm"
                prepare CGROUP_SET 5 "devices.allow" "c 1:8 rwm"
                prepare CGROUP_SET 5 "devices.allow" "c 1:9 rwm"
                prepare CGROUP_SET 5 "devices.allow" "c 5:0 rwm"
                prepare CGROUP_SET 5 "devices.allow" "c 5:1 rwm"
                prepare CGROUP_SET 5 "devices.allow" "c 5:2 rwm"
                prepare CGROUP_SET 5 "devices.allow" "c 136:* rwm"
                prepare OVERLAY 7 ["/l1" "/l0"] "/u" "/w" [] 0
                prepare OPEN_TREE 8 "/sys/fs/cgroup" 0
                prepare OPEN_TREE 9 "/sys/fs/cgroup/memory/gantry/c1" 0
                prepare OPEN_TREE 10 "/sys/fs/cgroup/cpu/gantry/c1" 0
                prepare OPEN_TREE 11 "/sys/fs/cgroup/cpuacct/gantry/c1" 0
                prepare OPEN_TREE 12 "/sys/fs/cgroup/cpuset/gantry/c1" 0
                prepare OPEN_TREE 13 "/sys/fs/cgroup/pids/gantry/c1" 0
                prepare OPEN_TREE 14 "/sys/fs/cgroup/devices/gantry/c1" 0
                prepare CLONE 1812070400 7
                child CGROUP_JOIN 0
                child CGROUP_JOIN 1
                child CGROUP_JOIN 2
                child CGROUP_JOIN 3
                child CGROUP_JOIN 4
                child CGROUP_JOIN 5
                child UNSHARE 33554432
                child PROPAGATION 278528
                child ROOT 7 "/a"
                child MOUNT "proc" "proc" "/proc" 14 [] 1
                child MOUNT "tmpfs" "tmpfs" "/dev" 34 ["mode=755" "size=65536k"] 1
                child MOUNT "devpts" "devpts" "/dev/pts" 10 ["newinstance" "ptmxmode=0666" "mode=0620" "gid=5"] 1
                child MOUNT "sysfs" "sysfs" "/sys" 15 [] 1
                child BIND 8 "/sys/fs/cgroup" 15 1 278528
                child BIND 9 "/sys/fs/cgroup/memory" 15 1 278528
                child BIND 10 "/sys/fs/cgroup/cpu" 15 1 278528
                child BIND 11 "/sys/fs/cgroup/cpuacct" 15 1 278528
                child BIND 12 "/sys/fs/cgroup/cpuset" 15 1 278528
                child BIND 13 "/sys/fs/cgroup/pids" 15 1 278528
                child BIND 14 "/sys/fs/cgroup/devices" 15 1 278528
                child MOUNT "mqueue" "mqueue" "/dev/mqueue" 14 [] 3
                child MOUNT "tmpfs" "shm" "/dev/shm" 14 ["mode=1777" "size=67108864"] 1
                child DEVICE "/dev/null" 8630 1 3 0 0 0
                child DEVICE "/dev/zero" 8630 1 5 0 0 0
                child DEVICE "/dev/full" 8630 1 7 0 0 0
                child DEVICE "/dev/random" 8630 1 8 0 0 0
                child DEVICE "/dev/urandom" 8630 1 9 0 0 0
                child DEVICE "/dev/tty" 8630 5 0 0 0 0
                child SYMLINK "/dev/ptmx" "pts/ptmx"
                child SYMLINK "/dev/fd" "/proc/self/fd"
                child SYMLINK "/dev/stdin" "/proc/self/fd/0"
                child SYMLINK "/dev/stdout" "/proc/self/fd/1"
                child SYMLINK "/dev/stderr" "/proc/self/fd/2"
                child PIVOT
                child HOSTNAME "web"
                child LOOPBACK
                child SYSCTL "net.ipv4.ip_unprivileged_port_start" "0"
                child SYSCTL "net.ipv4.ping_group_range" "0 2147483647"
                child READONLY "/proc/bus"
                child READONLY "/proc/fs"
                child READONLY "/proc/irq"
                child READONLY "/proc/sys"
                child READONLY "/proc/sysrq-trigger"
                child MASK "/proc/asound"
                child MASK "/proc/acpi"
                child MASK "/proc/interrupts"
                child MASK "/proc/kcore"
                child MASK "/proc/keys"
                child MASK "/proc/latency_stats"
                child MASK "/proc/timer_list"
                child MASK "/proc/timer_stats"
                child MASK "/proc/sched_debug"
                child MASK "/proc/scsi"
                child MASK "/sys/firmware"
                child MASK "/sys/devices/virtual/powercap"
                child CHDIR "/" 0
                child IDENTITY 0 0 [] 18 2818844155 2818844155 2818844155 0 0
                child EXEC ["/bin/true"] [] 0
                release KILL_GROUP "/sys/fs/cgroup/unified/gantry/c1"
                release CGROUP_REMOVE "/sys/fs/cgroup/memory/gantry/c1"
                release CGROUP_REMOVE "/sys/fs/cgroup/cpu/gantry/c1"
                release CGROUP_REMOVE "/sys/fs/cgroup/cpuacct/gantry/c1"
                release CGROUP_REMOVE "/sys/fs/cgroup/cpuset/gantry/c1"
                release CGROUP_REMOVE "/sys/fs/cgroup/pids/gantry/c1"
                release CGROUP_REMOVE "/sys/fs/cgroup/devices/gantry/c1"
                release CGROUP_REMOVE "/sys/fs/cgroup/unified/gantry/c1"
                """);
    }

    @Test
    void whatEverythingAddsToIt() {
        RuntimeSpec spec = everything(Hosts.v1()).build();
        List<String> plain = text(
                        Hosts.v1(), defaults(Hosts.v1()).hostname("web").build())
                .lines()
                .toList();
        assertThat(text(Hosts.v1(), spec)
                        .lines()
                        .filter(l -> !plain.contains(l))
                        .collect(Collectors.joining("\n", "", "\n")))
                .isEqualTo("""
                        watch TTY 24 80
                        prepare CGROUP_SET 0 "memory.limit_in_bytes" "1048576"
                        prepare CGROUP_SET 0 "memory.memsw.limit_in_bytes" "2097152"
                        prepare CGROUP_SET 0 "memory.soft_limit_in_bytes" "4096"
                        prepare CGROUP_SET 1 "cpu.shares" "512"
                        prepare CGROUP_SET 1 "cpu.cfs_period_us" "100000"
                        prepare CGROUP_SET 1 "cpu.cfs_quota_us" "50000"
                        prepare CGROUP_SET 3 "cpuset.cpus" "0"
                        prepare CGROUP_SET 4 "pids.max" "9"
                        prepare OPEN_TREE 16 "/data" 1
                        prepare OPEN_TREE 17 "/x" 0
                        child OOM_SCORE "5"
                        child BIND 16 "/data" 1 3 278528
                        child BIND 17 "/y" 8 1 1064960
                        child MOUNT "tmpfs" "tmpfs" "/run" 6 ["size=1m"] 1
                        child MKDIR "/srv" 493
                        child CONSOLE
                        child ROOT_READONLY
                        child RLIMIT 4 0 18446744073709551615
                        child CHDIR "/srv" 0
                        child IDENTITY 7 8 ["9"] 18 2818844155 2818844155 2818844155 0 0
                        child NO_NEW_PRIVS
                        """);
    }

    @Test
    void aDeviceThatIsNamedToAPrivilegedContainerReplacesThatOfTheHost() {
        var fuse = new LinuxSpec.Device("c", "/dev/fuse", 10, 229, 0600L, 0L, 0L);
        var renamed = new LinuxSpec.Device("c", "/dev/fuse", 10, 200, 0600L, 0L, 0L);
        for (HostFacts host : List.of(Hosts.hybrid(), Hosts.v2())) {
            List<String> plan = text(
                            host,
                            defaults(host)
                                    .privileged(List.of(fuse))
                                    .device(renamed, "r")
                                    .build())
                    .lines()
                    .toList();
            assertThat(plan.stream().filter(l -> l.contains("/dev/fuse")).toList())
                    .hasSize(1)
                    .allMatch(l -> l.contains(" 10 200 "));
        }
    }

    @Test
    void aRuleAboutSomeDevicesOfEveryTypeIsRefused() {
        for (var rule : List.of(
                new ResourcesSpec.DeviceRule(true, "a", 1L, 3L, "rwm"),
                new ResourcesSpec.DeviceRule(true, "a", null, null, "r"))) {
            RuntimeSpec spec = defaults(Hosts.v1()).deviceRule(rule).build();
            assertThatThrownBy(() -> text(Hosts.v1(), spec))
                    .isInstanceOf(dev.gantry.base.InvalidArgument.class)
                    .hasMessageContaining("a rule of type a");
        }
    }

    @Test
    void whoMayOpenEveryDeviceMayDoSoWhateverIsAllowedAfterwards() {
        var fuse = new LinuxSpec.Device("c", "/dev/fuse", 10, 229, 0600L, 0L, 0L);
        String open =
                text(Hosts.v2(), defaults(Hosts.v2()).privileged(List.of()).build());
        String named = text(
                Hosts.v2(),
                defaults(Hosts.v2()).privileged(List.of()).device(fuse, "rwm").build());
        assertThat(named.lines().filter(l -> l.contains("OVERLAY")).toList())
                .isNotEmpty()
                .isEqualTo(open.lines().filter(l -> l.contains("OVERLAY")).toList());
        List<String> rules = text(
                        Hosts.v1(),
                        defaults(Hosts.v1())
                                .privileged(List.of())
                                .device(fuse, "rwm")
                                .build())
                .lines()
                .filter(l -> l.contains("\"devices."))
                .toList();
        assertThat(rules.getLast()).endsWith("\"devices.allow\" \"a\"");
    }

    @Test
    void whereTheFreezerIsTheOnlyWayToKillAGroup() {
        assertThat(text(Hosts.v1(), defaults(Hosts.v1()).build()).lines())
                .contains(
                        "prepare CGROUP_MAKE 6 \"/sys/fs/cgroup/freezer/gantry/c1\"",
                        "child CGROUP_JOIN 6",
                        "release KILL_GROUP \"/sys/fs/cgroup/freezer/gantry/c1\"",
                        "release CGROUP_REMOVE \"/sys/fs/cgroup/freezer/gantry/c1\"");
    }

    @Test
    void theUnifiedHierarchyHasOneGroupAndItsOwnFiles() {
        assertThat(text(Hosts.v2(), everything(Hosts.v2()).build())
                        .lines()
                        .filter(l -> l.contains("CGROUP") || l.contains("cgroup"))
                        .collect(Collectors.joining("\n", "", "\n")))
                .isEqualTo("""
                        watch OOM_COUNTER "/sys/fs/cgroup/gantry/c1/memory.events" "oom_kill"
                        prepare CGROUP_MAKE 0 "/sys/fs/cgroup/gantry/c1"
                        prepare CGROUP_SET 0 "memory.max" "1048576"
                        prepare CGROUP_SET 0 "memory.low" "4096"
                        prepare CGROUP_SET 0 "memory.swap.max" "1048576"
                        prepare CGROUP_SET 0 "cpu.weight" "20"
                        prepare CGROUP_SET 0 "cpu.max" "50000 100000"
                        prepare CGROUP_SET 0 "cpuset.cpus" "0"
                        prepare CGROUP_SET 0 "pids.max" "9"
                        child MOUNT "cgroup2" "cgroup" "/sys/fs/cgroup" 15 [] 1
                        release KILL_GROUP "/sys/fs/cgroup/gantry/c1"
                        release CGROUP_REMOVE "/sys/fs/cgroup/gantry/c1"
                        """);
    }

    @Test
    void aFilterIsLoadedBeforeTheRightToLoadItIsGivenUp() {
        SpecBuilder builder = defaults(Hosts.v2()).seccomp(SeccompProfile.standard());
        assertThat(kinds(builder.build())).endsWith("Chdir", "Seccomp", "Identity", "Exec");
        assertThat(kinds(builder.noNewPrivileges(true).build()))
                .endsWith("Chdir", "Identity", "NoNewPrivs", "Seccomp", "Exec");
        assertThat(kinds(builder.noNewPrivileges(false)
                        .capabilities(List.of("SYS_ADMIN"), List.of())
                        .build()))
                .endsWith("Chdir", "Identity", "Seccomp", "Exec");
    }

    @Test
    void whereNothingGuardsDevicesNoneInTheRootCanBeOpenedAndNodesCannotBeMade() {
        String unified = text(Hosts.v2(), defaults(Hosts.v2()).build());
        assertThat(unified)
                .contains("prepare OVERLAY 1 [\"/l1\" \"/l0\"] \"/u\" \"/w\" [] 4\n")
                .contains("child MOUNT \"tmpfs\" \"tmpfs\" \"/dev\" 34 ")
                .contains("child DEVICE \"/dev/null\" 8630 1 3 0 0 0")
                .contains(" " + (2818844155L & ~(1L << 27)) + " ")
                .doesNotContain("2818844155");
        assertThat(text(
                        Hosts.v2(),
                        defaults(Hosts.v2())
                                .capabilities(List.of("MKNOD"), List.of())
                                .build()))
                .contains("2818844155");

        CgroupLayout v1 = Hosts.v1().cgroups();
        Map<String, String> others = new HashMap<>(v1.v1());
        others.remove("devices");
        HostFacts without =
                Hosts.with(new CgroupLayout(others, v1.v2(), v1.v2Controllers(), true, true, v1.cpus(), v1.mems()));
        assertThat(text(without, defaults(without).build()))
                .contains("\"/w\" [] 4\n")
                .doesNotContain("2818844155");
    }

    @Test
    void aConfigurationThatSaysNothingOfDevicesIsNotGuarded() {
        String namespaces = "\"namespaces\":[{\"type\":\"mount\"}]";
        assertThat(text(Hosts.v1(), withLinux(namespaces)))
                .contains("\"/w\" [] 4\n")
                .contains("child MOUNT \"tmpfs\" \"tmpfs\" \"/dev\" 2 [\"mode=755\" \"size=65536k\"] 1");
        assertThat(text(
                        Hosts.v1(),
                        withLinux(namespaces + ",\"resources\":{\"devices\":[{\"allow\":false,\"access\":\"rwm\"}]}")))
                .contains("\"/w\" [] 0\n")
                .doesNotContain("tmpfs");
    }

    @Test
    void aDirectoryIsMadePrivateOnceMoreSinceItsMountMayBeShared() {
        LaunchContext context = new LaunchContext(
                Hosts.v2(), new LaunchContext.Root.Directory("/r"), "/r", "", LaunchContext.WatchOptions.NONE);
        assertThat(PlanText.decoded(
                        new PlanCompiler().compile(defaults(Hosts.v2()).build(), context)))
                .contains("prepare OPEN_TREE 0 \"/r\" 5")
                .contains("child PROPAGATION 278528\nchild ROOT 0 \"/r\"\nchild PROPAGATION 278528\nchild MOUNT");
    }

    @Test
    void theWatchHearsWhatItIsToDo() {
        LaunchContext.WatchOptions watch = LaunchContext.WatchOptions.NONE
                .withLog(new Step.Log(Step.Log.JSON_FILE, "/l", 10, 3, false))
                .withExitRecord("/e")
                .withStdin(Step.Stdin.ONCE)
                .withTiedTo(new LaunchContext.Peer(1, 2))
                .withOrphan(List.of("/o", "x"))
                .withRelease(List.of(new Step.Remove("/z")));
        LaunchContext context = new LaunchContext(Hosts.v2(), OVERLAY, "/a", "gantry/c1", watch);
        String plan =
                PlanText.decoded(new PlanCompiler().compile(defaults(Hosts.v2()).build(), context));
        assertThat(plan).startsWith("""
                watch LOG 1 "/l" 10 3 0
                watch EXIT_RECORD "/e" "b00t"
                watch STDIN 2
                watch OOM_COUNTER "/sys/fs/cgroup/gantry/c1/memory.events" "oom_kill"
                watch TIED 1 2
                watch ORPHAN ["/o" "x"]
                """);
        assertThat(plan.strip()).endsWith("release REMOVE \"/z\"");
    }

    @Test
    void aUserNamespaceIsMappedAndItsDevicesAreBound() {
        RuntimeSpec spec = withLinux("""
                "namespaces":[{"type":"mount"},{"type":"user"}],
                "uidMappings":[{"containerID":0,"hostID":1000,"size":1},{"containerID":1,"hostID":2000,"size":9}],
                "gidMappings":[{"containerID":0,"hostID":1000,"size":1}]""");
        assertThat(text(Hosts.v2(), spec))
                .contains("settle ID_MAP \"0 1000 1\\x0a1 2000 9\" \"0 1000 1\" 0")
                .contains("prepare OPEN_TREE 2 \"/dev/null\" 2")
                .contains("child DEVICE \"/dev/null\" 8630 1 3 0 0 3");
    }

    @Test
    void namespacesOfOthersAreJoinedByTheirProcess() {
        RuntimeSpec spec = withLinux("""
                "namespaces":[{"type":"mount"},{"type":"network","path":"/proc/9/ns/net"},
                {"type":"ipc","path":"/proc/9/ns/ipc"}]""");
        assertThatThrownBy(() -> text(Hosts.v2(), spec)).isInstanceOf(Unsupported.class);
        var peer = new LaunchContext.Peer(9, 77);
        LaunchContext context = context(Hosts.v2()).withJoins(Map.of("network", peer, "ipc", peer));
        assertThat(PlanText.decoded(new PlanCompiler().compile(spec, context)))
                .contains("prepare JOIN 9 77 " + (0x40000000L | 0x08000000L) + "\nprepare CLONE 131072 1");
    }

    @Test
    void inTheUserNamespaceOfAnotherItIsClonedIntoNoGroupAndMakesNoDevice() {
        RuntimeSpec spec = withLinux("""
                "namespaces":[{"type":"mount"},{"type":"network","path":"/proc/9/ns/net"},
                {"type":"user","path":"/proc/9/ns/user"}]""");
        var peer = new LaunchContext.Peer(9, 77);
        LaunchContext context = context(Hosts.v2()).withJoins(Map.of("network", peer, "user", peer));
        assertThat(PlanText.decoded(new PlanCompiler().compile(spec, context)))
                .contains("prepare JOIN 9 77 " + (0x40000000L | 0x10000000L) + "\nprepare CLONE 131072 0")
                .contains("child CGROUP_JOIN 0")
                .contains("prepare OPEN_TREE 2 \"/dev/null\" 2");
    }

    @Test
    void aNetworkIsHandedOverBeforeTheMountsAndAwaitedBehindThem() {
        var handover = new LaunchContext.Handover(
                true,
                Duration.ofSeconds(30),
                Map.of("net.ipv6.conf.default.accept_dad", "0"),
                Map.of("net.ipv6.conf.eth0.disable_ipv6", "1"));
        LaunchContext context = context(Hosts.v2()).withHandover(handover);
        RuntimeSpec own = defaults(Hosts.v2()).hostname("web").build();
        String plan = PlanText.decoded(new PlanCompiler().compile(own, context));
        assertThat(plan).contains("""
                child UNSHARE 33554432
                child LOOPBACK
                child SYSCTL "net.ipv6.conf.default.accept_dad" "0"
                child HANDOVER 1 30000
                child PROPAGATION 278528
                """).contains("""
                child HOSTNAME "web"
                child AWAIT
                child SYSCTL "net.ipv6.conf.eth0.disable_ipv6" "1"
                child SYSCTL "net.ipv4.ip_unprivileged_port_start" "0"
                """);
        assertThat(plan.split("LOOPBACK", -1)).hasSize(2);
        RuntimeSpec hosts = defaults(Hosts.v2()).hostNetwork().build();
        assertThatThrownBy(() -> new PlanCompiler().compile(hosts, context))
                .isInstanceOf(InvalidArgument.class)
                .hasMessageContaining("none of its own");
    }

    @Test
    void clocksAreSetBeforeTheirNamespaceIsEntered() {
        RuntimeSpec spec = withLinux("""
                "namespaces":[{"type":"mount"},{"type":"time"}],
                "timeOffsets":{"boottime":{"secs":5},"monotonic":{"secs":-1,"nanosecs":7}}""");
        assertThat(text(Hosts.v2(), spec))
                .contains("prepare TIME_OFFSETS \"boottime 5 0\\x0amonotonic -1 7\"\nprepare CLONE 131072 1");
        RuntimeSpec plain = withLinux("\"namespaces\":[{\"type\":\"mount\"},{\"type\":\"time\"}]");
        assertThat(text(Hosts.v2(), plain)).contains("prepare CLONE " + (131072 | 0x80) + " 1");
    }

    @Test
    void whereNoGroupsCanBeMadeThereAreNoneAndLimitsAreRefused() {
        CgroupLayout all = Hosts.v2().cgroups();
        HostFacts host = Hosts.with(new CgroupLayout(all.v1(), all.v2(), all.v2Controllers(), false, true, "", ""));
        assertThat(text(host, defaults(host).build())).doesNotContain("CGROUP");
        assertThatThrownBy(() -> text(host, defaults(host).memory(1 << 20).build()))
                .isInstanceOf(Unsupported.class)
                .hasMessageContaining("limit memory")
                .hasMessageContaining("may not make control groups");
    }

    @Test
    void whatHasNoStepIsRefusedAndNeverPassedOver() {
        for (String part : List.of(
                "\"apparmorProfile\":\"x\"",
                "\"selinuxLabel\":\"x\"",
                "\"ioPriority\":{\"class\":\"IOPRIO_CLASS_BE\",\"priority\":1}",
                "\"scheduler\":{\"policy\":\"SCHED_BATCH\"}")) {
            RuntimeSpec spec = RuntimeSpec.parse(
                    base("\"namespaces\":[{\"type\":\"mount\"}]").replace("\"cwd\"", part + ",\"cwd\""));
            assertThatThrownBy(() -> text(Hosts.v2(), spec)).as(part).isInstanceOf(Unsupported.class);
        }
        for (String part : List.of(
                "\"mountLabel\":\"x\"",
                "\"intelRdt\":{\"closID\":\"x\"}",
                "\"personality\":{\"domain\":\"LINUX32\"}",
                "\"resources\":{\"network\":{\"classID\":1}}",
                "\"resources\":{\"rdma\":{\"x\":{\"hcaHandles\":1}}}",
                "\"resources\":{\"memory\":{\"swappiness\":1}}",
                "\"resources\":{\"memory\":{\"kernel\":1}}",
                "\"resources\":{\"hugepageLimits\":[{\"pageSize\":\"2MB\",\"limit\":1}]}")) {
            RuntimeSpec spec = withLinux("\"namespaces\":[{\"type\":\"mount\"}]," + part);
            assertThatThrownBy(() -> text(Hosts.v2(), spec)).as(part).isInstanceOf(Unsupported.class);
        }
        RuntimeSpec hooks = RuntimeSpec.parse(base("\"namespaces\":[{\"type\":\"mount\"}]")
                .replace("\"root\"", "\"hooks\":{\"poststop\":[{\"path\":\"/h\"}]},\"root\""));
        assertThatThrownBy(() -> text(Hosts.v2(), hooks)).isInstanceOf(Unsupported.class);
        assertThatThrownBy(() -> text(Hosts.v2(), withLinux("\"namespaces\":[]")))
                .isInstanceOf(Unsupported.class);
    }

    @Test
    void theConfigurationsOwnGroupsComeFirst() {
        String namespaces = "\"namespaces\":[{\"type\":\"mount\"}],";
        assertThat(text(Hosts.v2(), withLinux(namespaces + "\"cgroupsPath\":\"/its/own\"")))
                .contains("prepare CGROUP_MAKE 0 \"/sys/fs/cgroup/its/own\"")
                .doesNotContain("gantry");
        assertThatThrownBy(() -> text(Hosts.v2(), withLinux(namespaces + "\"cgroupsPath\":\"a.slice:b:c\"")))
                .isInstanceOf(Unsupported.class)
                .hasMessageContaining("systemd");
    }

    @Test
    void tooManyBindsAreRefusedInWords() {
        SpecBuilder builder = defaults(Hosts.v2());
        for (int i = 0; i < 70; i++) {
            builder.bind("/s", "/t" + i, List.of());
        }
        assertThatThrownBy(() -> text(Hosts.v2(), builder.build()))
                .isInstanceOf(InvalidArgument.class)
                .hasMessageContaining("fewer bind mounts");
    }

    @Test
    void theSameValuesGiveTheSamePlan() {
        PlanCompiler compiler = new PlanCompiler();
        RuntimeSpec spec =
                everything(Hosts.hybrid()).seccomp(SeccompProfile.standard()).build();
        assertThat(compiler.compile(spec, context(Hosts.hybrid())))
                .isEqualTo(new PlanCompiler().compile(spec, context(Hosts.hybrid())))
                .isEqualTo(compiler.compile(RuntimeSpec.parse(spec.toJson()), context(Hosts.hybrid())));
    }

    @Test
    void aPlanCanBePrintedInWords() {
        String words =
                PlanText.words(new PlanCompiler().compile(everything(Hosts.v2()).build(), context(Hosts.v2())));
        assertThat(words).contains("mount proc at /proc", "pivot into the root filesystem");
    }

    @Test
    void anExecJoinsWithWhatTheContainerWasGiven() {
        LaunchPlan container = new PlanCompiler()
                .compile(
                        defaults(Hosts.hybrid())
                                .cwd("/srv")
                                .ulimit("nofile", 10, 20)
                                .noNewPrivileges(true)
                                .build(),
                        context(Hosts.hybrid()));
        assertThat(exec(container, false)).isEqualTo("""
                prepare OPEN_CGROUP 0 "/sys/fs/cgroup/memory/gantry/c1"
                prepare OPEN_CGROUP 1 "/sys/fs/cgroup/cpu/gantry/c1"
                prepare OPEN_CGROUP 2 "/sys/fs/cgroup/cpuacct/gantry/c1"
                prepare OPEN_CGROUP 3 "/sys/fs/cgroup/cpuset/gantry/c1"
                prepare OPEN_CGROUP 4 "/sys/fs/cgroup/pids/gantry/c1"
                prepare OPEN_CGROUP 5 "/sys/fs/cgroup/devices/gantry/c1"
                prepare OPEN_CGROUP 6 "/sys/fs/cgroup/unified/gantry/c1"
                prepare JOIN 42 7 1812070400
                prepare CLONE 0 7
                child CGROUP_JOIN 0
                child CGROUP_JOIN 1
                child CGROUP_JOIN 2
                child CGROUP_JOIN 3
                child CGROUP_JOIN 4
                child CGROUP_JOIN 5
                child UNSHARE 33554432
                child RLIMIT 7 10 20
                child CHDIR "/srv" 0
                child IDENTITY 5 6 ["7"] 18 2818844155 2818844155 2818844155 0 0
                child NO_NEW_PRIVS
                child EXEC ["id"] ["A=1"] 0
                """);
    }

    @Test
    void aPrivilegedExecHasEveryCapabilityAndNoFilter() {
        LaunchPlan container = new PlanCompiler()
                .compile(defaults(Hosts.v2()).seccomp(SeccompProfile.standard()).build(), context(Hosts.v2()));
        assertThat(exec(container, true)).endsWith("""
                        child CHDIR "/" 0
                        child IDENTITY 5 6 ["7"] 18 2199023255551 2199023255551 2199023255551 0 0
                        child EXEC ["id"] ["A=1"] 0
                        """);
    }

    private static String exec(LaunchPlan container, boolean privileged) {
        return PlanText.decoded(JoinPlan.of(
                container,
                new LaunchContext.Peer(42, 7),
                new JoinPlan.Exec(
                        List.of("id"),
                        List.of("A=1"),
                        "",
                        ProcessSpec.User.of(5, 6, List.of(7L)),
                        false,
                        null,
                        privileged),
                Hosts.hybrid(),
                LaunchContext.WatchOptions.NONE));
    }

    private static SpecBuilder defaults(HostFacts host) {
        return DefaultSpec.builder(host).args(List.of("/bin/true"));
    }

    private static SpecBuilder everything(HostFacts host) {
        return defaults(host)
                .hostname("web")
                .memory(1 << 20)
                .memoryReservation(4096)
                .cpuNanos(500_000_000)
                .cpuShares(512)
                .cpuset("0", "")
                .pidsLimit(9)
                .noNewPrivileges(true)
                .readonlyRoot(true)
                .cwd("/srv")
                .user(7, 8, List.of(9L))
                .ulimit("core", 0, -1)
                .terminal(24, 80)
                .oomScoreAdj(5)
                .bind("/data", "/data", List.of("rro"))
                .bind("/x", "/y", List.of("bind", "rshared", "noexec"))
                .tmpfs("/run", List.of("size=1m", "exec"));
    }

    private static RuntimeSpec withLinux(String linux) {
        return RuntimeSpec.parse(base(linux));
    }

    private static String base(String linux) {
        return "{\"ociVersion\":\"1.2.1\",\"root\":{\"path\":\"r\"},\"process\":{\"cwd\":\"/\",\"args\":[\"a\"]},"
                + "\"linux\":{" + linux + "}}";
    }

    private static LaunchContext context(HostFacts host) {
        return new LaunchContext(host, OVERLAY, "/a", "gantry/c1", LaunchContext.WatchOptions.NONE);
    }

    private static List<String> kinds(RuntimeSpec spec) {
        List<String> kinds = new ArrayList<>();
        for (Step step :
                new PlanCompiler().compile(spec, context(Hosts.hybrid())).steps()) {
            if (!(step instanceof Step.KillGroup || step instanceof Step.CgroupRemove)) {
                kinds.add(step.getClass().getSimpleName());
            }
        }
        return kinds;
    }

    private static String text(HostFacts host, RuntimeSpec spec) {
        return PlanText.decoded(new PlanCompiler().compile(spec, context(host)));
    }
}
