package dev.gantry.runtime.oci;

import dev.gantry.base.IdMap;
import dev.gantry.base.InvalidArgument;
import dev.gantry.base.Unsupported;
import dev.gantry.runtime.oci.LinuxSpec.Device;
import dev.gantry.runtime.oci.ProcessSpec.ConsoleSize;
import dev.gantry.runtime.oci.ProcessSpec.Rlimit;
import dev.gantry.runtime.oci.ResourcesSpec.DeviceRule;
import dev.gantry.runtime.oci.RuntimeSpec.Mount;
import dev.gantry.runtime.seccomp.SeccompProfile;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Changes to the default configuration, in the words of its users; `build` makes the configuration.
/// Not shared between threads.
public final class SpecBuilder {
    private static final long CPU_PERIOD_MICROS = 100_000;
    private static final List<String> TMPFS_DEFAULTS = List.of("noexec", "nosuid", "nodev");

    private final HostFacts host;
    private @Nullable SeccompProfile seccomp;
    private List<String> args = List.of();
    private List<String> env = List.of();
    private String cwd = "/";
    private ProcessSpec.User user = ProcessSpec.User.ROOT;
    private boolean terminal;
    private @Nullable ConsoleSize consoleSize;
    private String hostname = "";
    private String domainname = "";
    private Set<String> capabilities;
    private boolean noNewPrivileges;
    private @Nullable Integer oomScoreAdj;
    private final List<Rlimit> rlimits = new ArrayList<>();
    private boolean readonlyRoot;
    private boolean ownNetwork = true;
    private final Set<String> ofHost = new LinkedHashSet<>();
    private final Set<String> joined = new LinkedHashSet<>();
    private String joinedNetwork = "";
    private @Nullable IdMap ids;
    private boolean privileged;
    private boolean hasShm = true;
    private @Nullable Mount shm;
    private Map<String, String> annotations = Map.of();
    private ResourcesSpec.@Nullable BlockIo blockIo;
    private @Nullable Long realtimePeriod;
    private @Nullable Long realtimeRuntime;
    private long shmBytes = DefaultSpec.SHM_BYTES;
    private final List<Mount> userMounts = new ArrayList<>();
    private final List<Device> devices = new ArrayList<>();
    private final List<DeviceRule> deviceRules = new ArrayList<>(DefaultSpec.DEVICE_RULES);
    private boolean anyDevice;
    private final Map<String, String> sysctls = new TreeMap<>();
    private List<String> maskedPaths;
    private List<String> readonlyPaths = DefaultSpec.READONLY_PATHS;
    private @Nullable Long memory;
    private @Nullable Long memorySwap;
    private @Nullable Long memoryReservation;
    private @Nullable Long memorySwappiness;
    private boolean oomKillDisable;
    private @Nullable Long cpuShares;
    private @Nullable Long cpuQuota;
    private @Nullable Long cpuPeriod;
    private String cpusetCpus = "";
    private String cpusetMems = "";
    private @Nullable Long pidsLimit;

    SpecBuilder(HostFacts host) {
        this.host = host;
        this.maskedPaths = DefaultSpec.maskedPaths(host);
        this.capabilities = known(DefaultSpec.capabilities(host));
    }

    public SpecBuilder args(List<String> argv) {
        args = List.copyOf(argv);
        return this;
    }

    public SpecBuilder env(List<String> environment) {
        env = List.copyOf(environment);
        return this;
    }

    /// Absolute; made where it is missing.
    public SpecBuilder cwd(String directory) {
        cwd = directory;
        return this;
    }

    public SpecBuilder user(long uid, long gid, List<Long> groups) {
        user = ProcessSpec.User.of(uid, gid, groups);
        return this;
    }

    /// A terminal, of no particular size yet.
    public SpecBuilder terminal() {
        terminal = true;
        return this;
    }

    public SpecBuilder terminal(long rows, long columns) {
        terminal = true;
        consoleSize = new ConsoleSize(rows, columns);
        return this;
    }

    public SpecBuilder hostname(String name) {
        hostname = name;
        return this;
    }

    public SpecBuilder domainname(String name) {
        domainname = name;
        return this;
    }

    /// Docker's rules for `--cap-add` and `--cap-drop`: names in any case, with or without `CAP_`, or
    /// `ALL`. Adding all leaves what is dropped out; dropping all leaves what is added.
    public SpecBuilder capabilities(List<String> add, List<String> drop) {
        Set<String> added = expand("--cap-add", add);
        Set<String> dropped = expand("--cap-drop", drop);
        Set<String> result = new LinkedHashSet<>();
        if (isAll(add)) {
            result.addAll(known(Capabilities.all()));
            if (!isAll(drop)) {
                result.removeAll(dropped);
            }
        } else if (isAll(drop)) {
            result.addAll(available(added));
        } else {
            result.addAll(known(DefaultSpec.capabilities(host)));
            result.removeAll(dropped);
            result.addAll(available(added));
        }
        capabilities = result;
        return this;
    }

    /// A filter of system calls; without this call there is none. `SeccompProfile.standard` is the
    /// default one; a profile is read once and used for many containers.
    public SpecBuilder seccomp(SeccompProfile profile) {
        seccomp = profile;
        return this;
    }

    public SpecBuilder noNewPrivileges(boolean on) {
        noNewPrivileges = on;
        return this;
    }

    public SpecBuilder oomScoreAdj(int score) {
        oomScoreAdj = score;
        return this;
    }

    /// `name` as ulimit(1) has it, such as `nofile`; -1 is unlimited.
    public SpecBuilder ulimit(String name, long soft, long hard) {
        rlimits.add(new Rlimit("RLIMIT_" + name.toUpperCase(Locale.ROOT), unsigned(soft), unsigned(hard)));
        return this;
    }

    public SpecBuilder readonlyRoot(boolean on) {
        readonlyRoot = on;
        return this;
    }

    /// Uses the network of another container, whose namespace `path` names. Whose that is the launch context says.
    public SpecBuilder joinNetwork(String path) {
        ownNetwork = false;
        joinedNetwork = path;
        return this;
    }

    /// Uses the host's network instead of one of its own.
    public SpecBuilder hostNetwork() {
        ownNetwork = false;
        return this;
    }

    /// Sees and signals all processes of the host.
    public SpecBuilder hostPids() {
        return hostNamespace("pid");
    }

    /// Uses the host's queues and segments of System V and POSIX.
    public SpecBuilder hostIpc() {
        return hostNamespace("ipc");
    }

    /// Uses the host's namespace of a type of OCI runtime-spec 1.2 §config-linux "Namespaces".
    public SpecBuilder hostNamespace(String type) {
        ofHost.add(type);
        return this;
    }

    /// In a user namespace of its own, which has these ids. `host` of this builder knows of it:
    /// [HostFacts#inUserNamespace].
    public SpecBuilder userNamespace(IdMap map) {
        ids = map;
        return this;
    }

    /// Uses the namespace of another container. Whose that is the launch context says.
    public SpecBuilder join(String type) {
        joined.add(type);
        return hostNamespace(type);
    }

    /// A directory of the host as `/dev/shm`.
    public SpecBuilder shm(String directory) {
        shm = Mount.of("/dev/shm", "bind", directory, List.of("bind", "rw", "nosuid", "noexec", "nodev", "rprivate"));
        return this;
    }

    public SpecBuilder withoutShm() {
        hasShm = false;
        return this;
    }

    /// All capabilities there are to give, every device may be opened and those given are there, nothing is
    /// hidden, and `/sys` can be written to.
    public SpecBuilder privileged(List<Device> all) {
        privileged = true;
        capabilities = known(Capabilities.all());
        maskedPaths = List.of();
        readonlyPaths = List.of();
        all.stream()
                .filter(d -> devices.stream().noneMatch(own -> own.path().equals(d.path())))
                .forEach(devices::add);
        return anyDevice();
    }

    public SpecBuilder annotations(Map<String, String> all) {
        annotations = Map.copyOf(all);
        return this;
    }

    public SpecBuilder blockIo(ResourcesSpec.BlockIo limits) {
        blockIo = limits;
        return this;
    }

    /// 0: as the group above has it.
    public SpecBuilder cpuRealtime(long periodMicros, long runtimeMicros) {
        realtimePeriod = periodMicros == 0 ? null : periodMicros;
        realtimeRuntime = runtimeMicros == 0 ? null : runtimeMicros;
        return this;
    }

    public SpecBuilder shmSize(long bytes) {
        shmBytes = bytes;
        return this;
    }

    /// `source` of the host at `target`. Options as in the configuration: `rbind`, `rro`, `rslave`, …;
    /// without a propagation it is `rprivate`.
    public SpecBuilder bind(String source, String target, List<String> options) {
        List<String> all = new ArrayList<>(options);
        if (!all.contains("bind") && !all.contains("rbind")) {
            all.addFirst("rbind");
        }
        userMounts.add(Mount.of(target, "bind", source, all));
        return this;
    }

    /// An empty tmpfs at `target`; `noexec`, `nosuid` and `nodev` unless the options say otherwise.
    public SpecBuilder tmpfs(String target, List<String> options) {
        List<String> all = new ArrayList<>(TMPFS_DEFAULTS);
        all.addAll(options);
        userMounts.add(Mount.of(target, "tmpfs", "tmpfs", all));
        return this;
    }

    /// A mount of any type that [#bind] and [#tmpfs] have no words for.
    public SpecBuilder mount(String type, String source, String target, List<String> options) {
        userMounts.add(Mount.of(target, type, source, options));
        return this;
    }

    /// Every device may be opened, whoever makes its node and whatever the rules say.
    public SpecBuilder anyDevice() {
        anyDevice = true;
        return this;
    }

    /// A device node and the right to open it: `access` is of `r`, `w`, `m`. It replaces the one at its path.
    public SpecBuilder device(Device device, String access) {
        devices.removeIf(d -> d.path().equals(device.path()));
        devices.add(device);
        return deviceRule(DefaultSpec.allow(device.type(), device.major(), device.minor(), access));
    }

    public SpecBuilder deviceRule(DeviceRule rule) {
        deviceRules.add(rule);
        return this;
    }

    public SpecBuilder sysctl(String name, String value) {
        sysctls.put(name, value);
        return this;
    }

    public SpecBuilder maskedPaths(List<String> paths) {
        maskedPaths = List.copyOf(paths);
        return this;
    }

    public SpecBuilder readonlyPaths(List<String> paths) {
        readonlyPaths = List.copyOf(paths);
        return this;
    }

    /// Unless `memorySwap` says otherwise, as much swap again.
    public SpecBuilder memory(long bytes) {
        memory = bytes;
        return this;
    }

    /// Memory and swap together; -1 is unlimited.
    public SpecBuilder memorySwap(long bytes) {
        memorySwap = bytes;
        return this;
    }

    public SpecBuilder memoryReservation(long bytes) {
        memoryReservation = bytes;
        return this;
    }

    public SpecBuilder memorySwappiness(long percent) {
        memorySwappiness = percent;
        return this;
    }

    public SpecBuilder oomKillDisable(boolean on) {
        oomKillDisable = on;
        return this;
    }

    /// Billionths of a processor: `--cpus 0.5` is 500 million.
    public SpecBuilder cpuNanos(long nanos) {
        return cpuQuota(nanos * CPU_PERIOD_MICROS / 1_000_000_000, CPU_PERIOD_MICROS);
    }

    public SpecBuilder cpuQuota(long quotaMicros, long periodMicros) {
        cpuQuota = quotaMicros == 0 ? null : quotaMicros;
        cpuPeriod = periodMicros == 0 ? null : periodMicros;
        return this;
    }

    public SpecBuilder cpuShares(long shares) {
        cpuShares = shares;
        return this;
    }

    public SpecBuilder cpuset(String cpus, String mems) {
        cpusetCpus = cpus;
        cpusetMems = mems;
        return this;
    }

    /// 0 and less: no limit.
    public SpecBuilder pidsLimit(long limit) {
        pidsLimit = limit;
        return this;
    }

    public RuntimeSpec build() {
        List<String> names = List.copyOf(capabilities);
        ProcessSpec process = new ProcessSpec(
                terminal,
                consoleSize,
                user,
                args,
                env,
                cwd,
                new ProcessSpec.CapabilitySets(names, names, names, List.of(), List.of()),
                rlimits,
                noNewPrivileges,
                oomScoreAdj,
                "",
                "",
                null,
                null,
                null);
        IdMap map = ids;
        LinuxSpec linux = new LinuxSpec(
                map == null ? List.of() : mappings(map.uids()),
                map == null ? List.of() : mappings(map.gids()),
                namespaces(),
                Map.of(),
                devices,
                "",
                resources(),
                "",
                seccomp == null ? null : seccomp.resolve(target()),
                allSysctls(),
                maskedPaths,
                readonlyPaths,
                "",
                null,
                null);
        return new RuntimeSpec(
                DefaultSpec.OCI_VERSION,
                process,
                new RuntimeSpec.Root("rootfs", readonlyRoot),
                hostname,
                domainname,
                mounts(),
                null,
                annotations,
                linux);
    }

    private SeccompProfile.Target target() {
        return new SeccompProfile.Target(
                capabilities, host.abi(), host.kernel().major(), host.kernel().minor());
    }

    private ResourcesSpec resources() {
        Long swap = memorySwap;
        Long bytes = memory;
        if (bytes != null && swap == null && host.cgroups().swapAccounting()) {
            swap = 2 * bytes;
        }
        ResourcesSpec.Memory m = bytes == null
                        && swap == null
                        && memoryReservation == null
                        && memorySwappiness == null
                        && !oomKillDisable
                ? null
                : new ResourcesSpec.Memory(
                        bytes, memoryReservation, swap, null, null, memorySwappiness, oomKillDisable, null, false);
        ResourcesSpec.Cpu c = cpuShares == null
                        && cpuQuota == null
                        && cpuPeriod == null
                        && realtimePeriod == null
                        && realtimeRuntime == null
                        && cpusetCpus.isEmpty()
                        && cpusetMems.isEmpty()
                ? null
                : new ResourcesSpec.Cpu(
                        cpuShares,
                        cpuQuota,
                        null,
                        cpuPeriod,
                        realtimeRuntime,
                        realtimePeriod,
                        cpusetCpus,
                        cpusetMems,
                        null);
        ResourcesSpec.Pids p = pidsLimit == null || pidsLimit <= 0 ? null : new ResourcesSpec.Pids(pidsLimit);
        return new ResourcesSpec(allDeviceRules(), m, c, p, blockIo, List.of(), null, Map.of(), Map.of());
    }

    /// The last word counts.
    private List<DeviceRule> allDeviceRules() {
        if (!anyDevice) {
            return deviceRules;
        }
        List<DeviceRule> all = new ArrayList<>(deviceRules);
        all.add(new DeviceRule(true, "", null, null, "rwm"));
        return all;
    }

    private List<LinuxSpec.Namespace> namespaces() {
        List<LinuxSpec.Namespace> all = new ArrayList<>(DefaultSpec.namespaces(ownNetwork));
        all.removeIf(n -> ofHost.contains(n.type()));
        if (ids != null) {
            all.add(LinuxSpec.Namespace.fresh("user"));
        }
        joined.forEach(type -> all.add(new LinuxSpec.Namespace(type, "/proc/self/ns/" + type)));
        if (!joinedNetwork.isEmpty()) {
            all.add(new LinuxSpec.Namespace("network", joinedNetwork));
        }
        return all;
    }

    private static List<LinuxSpec.IdMapping> mappings(List<IdMap.Range> ranges) {
        return ranges.stream()
                .map(r -> new LinuxSpec.IdMapping(r.inside(), r.outside(), r.count()))
                .toList();
    }

    /// Low ports and ping for everybody, where the network is the container's own.
    private Map<String, String> allSysctls() {
        Map<String, String> all = new TreeMap<>();
        if (ownNetwork) {
            all.put("net.ipv4.ip_unprivileged_port_start", "0");
            if (host.initialUserNamespace()) {
                // Both ends have to be groups that exist here, so only where all do.
                all.put("net.ipv4.ping_group_range", "0 2147483647");
            }
        }
        all.putAll(sysctls);
        return all;
    }

    /// A user's mount replaces the default one at its place, and with `/dev` those below it; parents
    /// come first.
    private List<Mount> mounts() {
        List<Mount> all = new ArrayList<>();
        for (Mount m : DefaultSpec.mounts(shmBytes, host.groupIds())) {
            boolean replaced = userMounts.stream()
                    .anyMatch(u -> u.destination().equals(m.destination())
                            || (u.destination().equals("/dev")
                                    && m.destination().startsWith("/dev/")));
            // The queues of the host are mounted by nobody in a user namespace; they can be used without.
            boolean far = ids != null && isHosts("ipc") && m.destination().equals("/dev/mqueue");
            if (!replaced && !far && (hasShm || !m.destination().equals("/dev/shm"))) {
                all.add(m.destination().equals("/dev/shm") && shm != null ? shm : own(m));
            }
        }
        userMounts.stream()
                .sorted(Comparator.comparingLong(
                        m -> m.destination().chars().filter(c -> c == '/').count()))
                .forEach(all::add);
        return all;
    }

    /// A privileged container may write to what others may read.
    private Mount own(Mount m) {
        if (!privileged || !m.destination().startsWith("/sys")) {
            return m;
        }
        List<String> options = m.options().stream().filter(o -> !o.equals("ro")).toList();
        return Mount.of(m.destination(), m.type(), m.source(), options);
    }

    private boolean isHosts(String type) {
        return ofHost.contains(type) && !joined.contains(type);
    }

    private Set<String> known(List<String> names) {
        Set<String> result = new LinkedHashSet<>(Capabilities.names(host.capabilities()));
        result.retainAll(names);
        return result;
    }

    private Set<String> available(Set<String> asked) {
        for (String name : asked) {
            if ((Capabilities.mask(List.of(name)) & host.capabilities()) == 0) {
                throw new Unsupported(
                        "give the capability " + name,
                        "the daemon does not have it itself",
                        "leave it out, or give it to the daemon");
            }
        }
        return asked;
    }

    private static boolean isAll(List<String> names) {
        return names.stream().anyMatch(n -> n.equalsIgnoreCase("ALL") || n.equalsIgnoreCase("CAP_ALL"));
    }

    private static Set<String> expand(String flag, List<String> names) {
        Set<String> result = new LinkedHashSet<>();
        for (String name : names) {
            if (!isAll(List.of(name))) {
                result.add(Capabilities.named(name)
                        .orElseThrow(() -> new InvalidArgument(
                                "read " + flag + " " + name,
                                "there is no such capability",
                                "see capabilities(7) for the names")));
            }
        }
        return result;
    }

    private static BigInteger unsigned(long value) {
        return value < 0 ? BigInteger.ONE.shiftLeft(64).subtract(BigInteger.ONE) : BigInteger.valueOf(value);
    }
}
