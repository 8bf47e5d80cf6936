package dev.gantry.runtime.oci;

import dev.gantry.base.InvalidArgument;
import dev.gantry.base.Unsupported;
import dev.gantry.runtime.plan.LaunchPlan;
import dev.gantry.runtime.plan.Step;
import dev.gantry.runtime.seccomp.SeccompFilters;
import dev.gantry.runtime.seccomp.SeccompSpec;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/// Compiles a container's configuration and the facts of a host into the list of what the shim shall do.
/// Pure: the same values give the same plan, and nothing is looked up.
public final class PlanCompiler {
    // <linux/sched.h>
    private static final Map<String, Long> CLONE_FLAGS = Map.of(
            "mount", 0x0002_0000L,
            "cgroup", 0x0200_0000L,
            "uts", 0x0400_0000L,
            "ipc", 0x0800_0000L,
            "user", 0x1000_0000L,
            "pid", 0x2000_0000L,
            "network", 0x4000_0000L,
            "time", 0x0000_0080L);

    private static final BigInteger UNLIMITED = BigInteger.ONE.shiftLeft(64).subtract(BigInteger.ONE);

    private final SeccompFilters filters = new SeccompFilters();

    /// The plan of `spec` in `context`. What contradicts itself is refused with InvalidArgument, what this
    /// host or this version cannot do with Unsupported; nothing is left out silently.
    public LaunchPlan compile(RuntimeSpec spec, LaunchContext context) {
        SpecChecks.check(spec);
        return new Run(spec, context, filters).plan();
    }

    /// One compilation: the lists of the phases as they grow.
    private static final class Run {
        private final RuntimeSpec spec;
        private final ProcessSpec process;
        private final LinuxSpec linux;
        private final LaunchContext context;
        private final SeccompFilters filters;
        private final Slots slots = new Slots();
        private final CgroupSteps cgroups;
        private final ContainerGroups groups;
        private final MountSteps mounts;
        private final List<Step> steps = new ArrayList<>();

        Run(RuntimeSpec spec, LaunchContext context, SeccompFilters filters) {
            this.spec = spec;
            this.filters = filters;
            this.context = context;
            ProcessSpec p = spec.process();
            if (p == null) {
                throw new InvalidArgument(
                        "compile config.json", "process is absent, so there is nothing to start", "add process");
            }
            this.process = p;
            LinuxSpec l = spec.linux();
            this.linux = l == null ? LinuxSpec.NONE : l;
            ResourcesSpec r = linux.resources();
            ResourcesSpec resources = r == null ? ResourcesSpec.NONE : r;
            this.groups = ContainerGroups.of(context.host().cgroups(), cgroupPath(), resources);
            this.cgroups = new CgroupSteps(context.host().cgroups(), groups, resources, slots);
            boolean nodesCanBeMade = context.host().initialUserNamespace() && !joins("user") && !has("user");
            this.mounts = new MountSteps(
                    spec,
                    linux,
                    context.host().cgroups(),
                    groups,
                    slots,
                    nodesCanBeMade,
                    cgroups.limitsDevices() || cgroups.allowsEveryDevice());
        }

        /// The configuration's own path, where it has one, comes before the context's.
        private String cgroupPath() {
            if (linux.cgroupsPath().contains(":")) {
                throw new Unsupported(
                        "compile linux.cgroupsPath",
                        linux.cgroupsPath() + " names a slice of systemd, and this version asks systemd for nothing",
                        "write a path such as gantry/x");
            }
            return linux.cgroupsPath().isEmpty() ? context.cgroupPath() : linux.cgroupsPath();
        }

        LaunchPlan plan() {
            refuseWhatIsNotThere();
            watch();
            prepare();
            settle();
            enter();
            fileSystem();
            names();
            seal();
            become();
            release();
            return new LaunchPlan(steps);
        }

        private void watch() {
            WatchSteps.add(
                    steps,
                    context.watch(),
                    context.host().bootId(),
                    process.terminal(),
                    process.consoleSize(),
                    cgroups.oomCounter());
        }

        private void prepare() {
            steps.addAll(cgroups.prepare());
            steps.addAll(mounts.prepare(context.root()));
            joins();
            boolean offsets = !linux.timeOffsets().isEmpty();
            if (offsets) {
                steps.add(new Step.TimeOffsets(timeOffsets()));
            }
            long flags = linux.namespaces().stream()
                    .filter(n -> n.path().isEmpty() && !n.type().equals("cgroup"))
                    .filter(n -> !(offsets && n.type().equals("time")))
                    .mapToLong(n -> CLONE_FLAGS.getOrDefault(n.type(), 0L))
                    .reduce(0, (a, b) -> a | b);
            steps.add(new Step.Clone(flags, joins("user") ? 0 : cgroups.cloneInto()));
        }

        private String timeOffsets() {
            return linux.timeOffsets().entrySet().stream()
                    .map(e -> e.getKey() + " " + e.getValue().secs() + " "
                            + e.getValue().nanosecs())
                    .collect(Collectors.joining("\n"));
        }

        /// One step per process whose namespaces are joined.
        private void joins() {
            Map<LaunchContext.Peer, Long> flags = new LinkedHashMap<>();
            for (LinuxSpec.Namespace n : linux.namespaces()) {
                if (n.path().isEmpty()) {
                    continue;
                }
                LaunchContext.Peer peer = context.joins().get(n.type());
                if (peer == null) {
                    throw new Unsupported(
                            "join the " + n.type() + " namespace " + n.path(),
                            "a namespace is joined by the process that holds it, and none is known for this path",
                            "name a running container instead");
                }
                flags.merge(peer, CLONE_FLAGS.getOrDefault(n.type(), 0L), (a, b) -> a | b);
            }
            flags.forEach((peer, f) -> steps.add(new Step.Join(peer.pid(), peer.startTime(), f)));
        }

        private void settle() {
            if (has("user")) {
                steps.add(new Step.IdMap(idMap(linux.uidMappings()), idMap(linux.gidMappings()), false));
            }
        }

        private static String idMap(List<LinuxSpec.IdMapping> mappings) {
            return mappings.stream()
                    .map(m -> m.containerId() + " " + m.hostId() + " " + m.size())
                    .collect(Collectors.joining("\n"));
        }

        private void enter() {
            Integer oomScore = process.oomScoreAdj();
            if (oomScore != null) {
                // While /proc is still the host's: the container may have none.
                steps.add(new Step.OomScore(Integer.toString(oomScore)));
            }
            steps.addAll(joins("user") ? cgroups.joinAll() : cgroups.join());
            if (has("cgroup")) {
                // After joining: the group in which it is unshared becomes its root.
                steps.add(new Step.Unshare(CLONE_FLAGS.getOrDefault("cgroup", 0L)));
            }
            handOver();
        }

        /// As early as can be: while the engine connects the network, the container gets its mounts.
        private void handOver() {
            LaunchContext.Handover handover = context.handover();
            if (handover == null) {
                return;
            }
            if (!has("network")) {
                throw new InvalidArgument(
                        "compile linux.namespaces",
                        "a network is to be connected, and the container has none of its own",
                        "add {\"type\": \"network\"}");
            }
            steps.add(new Step.Loopback());
            handover.before().forEach((name, value) -> steps.add(new Step.Sysctl(name, value)));
            steps.add(new Step.Handover(
                    handover.resolver() ? Step.Handover.RESOLVER : 0,
                    handover.patience().toMillis()));
        }

        private void fileSystem() {
            steps.addAll(mounts.child(context.root(), context.attachPoint()));
            RuntimeSpec.Root root = spec.root();
            boolean readonly = root != null && root.readonly();
            boolean makeCwd = !process.cwd().equals("/");
            if (readonly && makeCwd) {
                steps.add(new Step.Mkdir(process.cwd(), 0755));
            }
            steps.add(new Step.Pivot());
            steps.addAll(mounts.afterPivot());
            if (process.terminal()) {
                steps.add(new Step.Console());
            }
        }

        private void names() {
            if (!spec.hostname().isEmpty()) {
                steps.add(new Step.Hostname(spec.hostname()));
            }
            if (!spec.domainname().isEmpty()) {
                steps.add(new Step.DomainName(spec.domainname()));
            }
            LaunchContext.Handover handover = context.handover();
            if (handover != null) {
                steps.add(new Step.Await());
                handover.after().forEach((name, value) -> steps.add(new Step.Sysctl(name, value)));
            } else if (has("network")) {
                steps.add(new Step.Loopback());
            }
            // Before /proc/sys becomes read-only.
            linux.sysctl().forEach((name, value) -> steps.add(new Step.Sysctl(name, value)));
        }

        private void seal() {
            for (String path : linux.readonlyPaths()) {
                steps.add(new Step.ReadOnly(path));
            }
            for (String path : linux.maskedPaths()) {
                steps.add(new Step.Mask(path));
            }
            for (String path : context.covers()) {
                steps.add(new Step.Mask(path));
            }
            RuntimeSpec.Root root = spec.root();
            if (root != null && root.readonly()) {
                steps.add(new Step.RootReadOnly());
            }
        }

        private void become() {
            for (ProcessSpec.Rlimit r : process.rlimits()) {
                steps.add(new Step.Rlimit(Rlimits.number(r.type()), limit(r.soft()), limit(r.hard())));
            }
            RuntimeSpec.Root root = spec.root();
            boolean readonly = root != null && root.readonly();
            // With the rights of root: OCI runtimes enter a directory that the user may not, too.
            steps.add(new Step.Chdir(process.cwd(), readonly || process.cwd().equals("/") ? 0 : Step.Chdir.MAKE));
            SeccompSpec seccomp = linux.seccomp();
            IdentitySteps.add(
                    steps,
                    process,
                    seccomp == null
                            ? Optional.empty()
                            : Optional.of(filters.step(seccomp, context.host().abi())));
            steps.add(new Step.Exec(process.args(), process.env(), context.underInit() ? Step.Exec.UNDER_INIT : 0));
        }

        private static long limit(BigInteger value) {
            return value.compareTo(UNLIMITED) >= 0 ? -1L : value.longValue();
        }

        private void release() {
            steps.addAll(cgroups.release());
            steps.addAll(context.watch().release());
        }

        private void refuseWhatIsNotThere() {
            if (!has("mount")) {
                throw new Unsupported(
                        "compile linux.namespaces",
                        "a container without its own mount namespace would change the host's mounts",
                        "add {\"type\": \"mount\"}");
            }
            RuntimeSpec.Hooks hooks = spec.hooks();
            refuse(hooks != null && !hooks.isEmpty(), "hooks");
            refuse(!process.apparmorProfile().isEmpty(), "process.apparmorProfile");
            refuse(!process.selinuxLabel().isEmpty(), "process.selinuxLabel");
            refuse(process.ioPriority() != null, "process.ioPriority");
            refuse(process.scheduler() != null, "process.scheduler");
            refuse(!linux.mountLabel().isEmpty(), "linux.mountLabel");
            refuse(linux.intelRdt() != null, "linux.intelRdt");
            refuse(linux.personality() != null, "linux.personality");
        }

        private static void refuse(boolean present, String path) {
            if (present) {
                throw new Unsupported("compile " + path, "this version has no step for it", "leave it out");
            }
        }

        /// Whether it uses a namespace of this type that is another's. In a user namespace that was joined nobody may
        /// be cloned into a group, but a member may be written to a file that was opened before.
        private boolean joins(String type) {
            return linux.namespaces().stream()
                    .anyMatch(n -> n.type().equals(type) && !n.path().isEmpty());
        }

        /// Whether the container gets a new namespace of this type.
        private boolean has(String type) {
            return linux.namespaces().stream()
                    .anyMatch(n -> n.type().equals(type) && n.path().isEmpty());
        }
    }
}
