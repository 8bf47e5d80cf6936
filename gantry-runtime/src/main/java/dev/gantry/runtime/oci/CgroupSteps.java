package dev.gantry.runtime.oci;

import dev.gantry.base.InvalidArgument;
import dev.gantry.base.Unsupported;
import dev.gantry.runtime.plan.Step;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// The steps that make, fill, join and remove one container's groups. OCI runtime-spec 1.2 §config-linux "Control
/// groups".
final class CgroupSteps {
    private final CgroupLayout layout;
    private final ContainerGroups groups;
    private final ResourcesSpec resources;
    private final Map<String, Long> slots = new LinkedHashMap<>();
    private final List<Step> made = new ArrayList<>();

    CgroupSteps(CgroupLayout layout, ContainerGroups groups, ResourcesSpec resources, Slots numbers) {
        this.layout = layout;
        this.groups = groups;
        this.resources = resources;
        for (String directory : groups.directories()) {
            long slot = numbers.take(directory);
            slots.put(directory, slot);
            made.add(new Step.CgroupMake(slot, directory));
            if (directory.equals(groups.v1().get("cpuset"))) {
                // A v1 cpuset group is born without processors, and those above it may be new too.
                made.add(new Step.CpusetFill(slot));
            }
        }
        memory();
        cpu();
        cpuset();
        pids();
        devices();
        blockIo();
        hugepages();
        unified();
        refuseTheRest();
    }

    /// Makes the groups and sets them.
    List<Step> prepare() {
        return made;
    }

    /// For `Step.Clone`: into the unified group, or 0.
    long cloneInto() {
        return groups.v2().isEmpty() ? 0 : slotOf(groups.v2()) + 1;
    }

    /// The child goes where `clone3` did not put it.
    List<Step> join() {
        List<Step> steps = new ArrayList<>();
        slots.forEach((directory, slot) -> {
            if (!directory.equals(groups.v2())) {
                steps.add(new Step.CgroupJoin(slot));
            }
        });
        return steps;
    }

    /// The child goes everywhere by itself.
    List<Step> joinAll() {
        return slots.values().stream().<Step>map(Step.CgroupJoin::new).toList();
    }

    /// Kills what is left and removes every group.
    List<Step> release() {
        List<Step> steps = new ArrayList<>();
        if (!groups.killable().isEmpty()) {
            steps.add(new Step.KillGroup(groups.killable()));
        }
        for (String directory : groups.directories()) {
            steps.add(new Step.CgroupRemove(directory));
        }
        return steps;
    }

    /// Where the kernel counts the processes it killed for want of memory. Kernel 4.13 and later have both.
    List<Step> oomCounter() {
        if (groups.v1().containsKey("memory")) {
            return List.of(new Step.OomCounter(groups.v1().get("memory") + "/memory.oom_control", "oom_kill"));
        }
        if (!groups.v2().isEmpty() && layout.v2Controllers().contains("memory")) {
            return List.of(new Step.OomCounter(groups.v2() + "/memory.events", "oom_kill"));
        }
        return List.of();
    }

    private void memory() {
        ResourcesSpec.Memory m = resources.memory();
        if (m == null) {
            return;
        }
        Long kernel = m.kernel();
        if (kernel != null && kernel > 0) {
            throw notThere("linux.resources.memory.kernel", "a limit that kernels no longer have");
        }
        if (isV1("memory")) {
            set("memory", "memory.limit_in_bytes", m.limit());
            // After the limit: the kernel refuses one that is below it.
            set("memory", "memory.memsw.limit_in_bytes", m.swap());
            set("memory", "memory.soft_limit_in_bytes", m.reservation());
            set("memory", "memory.swappiness", m.swappiness());
            set("memory", "memory.kmem.tcp.limit_in_bytes", m.kernelTcp());
            if (m.disableOomKiller()) {
                set("memory", "memory.oom_control", 1L);
            }
            return;
        }
        set("memory", "memory.max", limitText(m.limit()));
        set("memory", "memory.low", m.reservation());
        Long swap = m.swap();
        if (swap != null) {
            Long limit = m.limit();
            if (swap >= 0 && (limit == null || limit < 0)) {
                throw new InvalidArgument(
                        "compile linux.resources.memory.swap",
                        "it counts memory and swap together, and memory has no limit",
                        "set linux.resources.memory.limit too");
            }
            set("memory", "memory.swap.max", swap < 0 || limit == null ? "max" : Long.toString(swap - limit));
        }
        unsupportedOnV2("linux.resources.memory.swappiness", m.swappiness());
        unsupportedOnV2("linux.resources.memory.kernelTCP", m.kernelTcp());
        unsupportedOnV2("linux.resources.memory.disableOOMKiller", m.disableOomKiller() ? 1L : null);
    }

    private void cpu() {
        ResourcesSpec.Cpu c = resources.cpu();
        if (c == null) {
            return;
        }
        if (isV1("cpu")) {
            set("cpu", "cpu.shares", c.shares());
            // The period first: the quota is checked against it.
            set("cpu", "cpu.cfs_period_us", c.period());
            set("cpu", "cpu.cfs_quota_us", c.quota());
            set("cpu", "cpu.cfs_burst_us", c.burst());
            set("cpu", "cpu.rt_period_us", c.realtimePeriod());
            set("cpu", "cpu.rt_runtime_us", c.realtimeRuntime());
            set("cpu", "cpu.idle", c.idle());
            return;
        }
        Long shares = c.shares();
        if (shares != null && shares != 0) {
            set("cpu", "cpu.weight", Long.toString(weightOf(shares)));
        }
        if (c.quota() != null || c.period() != null) {
            Long period = c.period();
            set("cpu", "cpu.max", limitText(c.quota() == null ? -1 : c.quota()) + (period == null ? "" : " " + period));
        }
        set("cpu", "cpu.max.burst", c.burst());
        set("cpu", "cpu.idle", c.idle());
        unsupportedOnV2("linux.resources.cpu.realtimePeriod", c.realtimePeriod());
        unsupportedOnV2("linux.resources.cpu.realtimeRuntime", c.realtimeRuntime());
    }

    /// Maps the v1 range 2…262144 to the v2 range 1…10000, as OCI runtimes agreed to.
    static long weightOf(long shares) {
        long bounded = Math.clamp(shares, 2, 262_144);
        return 1 + (bounded - 2) * 9_999 / 262_142;
    }

    private void cpuset() {
        ResourcesSpec.Cpu c = resources.cpu();
        if (c == null || (c.cpus().isEmpty() && c.mems().isEmpty())) {
            return;
        }
        set("cpuset", "cpuset.cpus", c.cpus().isEmpty() ? null : c.cpus());
        set("cpuset", "cpuset.mems", c.mems().isEmpty() ? null : c.mems());
    }

    private void pids() {
        ResourcesSpec.Pids p = resources.pids();
        if (p != null) {
            set("pids", "pids.max", limitText(p.limit() <= 0 ? -1 : p.limit()));
        }
    }

    /// v1 only. On v2 devices are guarded by an eBPF program, which this version does not load
    /// (docs/runtime.md).
    private void devices() {
        if (!isV1("devices")) {
            return;
        }
        for (ResourcesSpec.DeviceRule rule : resources.devices()) {
            String type = rule.type().isEmpty() ? "a" : rule.type();
            String access = rule.access().isEmpty() ? "rwm" : rule.access();
            boolean all = type.equals("a");
            if (all && !isEvery(rule, access)) {
                throw new InvalidArgument(
                        "compile linux.resources.devices",
                        "a rule of type a is about every device and every access, and this one is about a "
                                + number(rule.major()) + ":" + number(rule.minor()) + " " + access,
                        "write a *:* rwm, or rules of type b and c");
            }
            String value = all ? "a" : type + " " + number(rule.major()) + ":" + number(rule.minor()) + " " + access;
            set("devices", rule.allow() ? "devices.allow" : "devices.deny", value);
        }
    }

    private static boolean isEvery(ResourcesSpec.DeviceRule rule, String access) {
        return number(rule.major()).equals("*")
                && number(rule.minor()).equals("*")
                && Stream.of("r", "w", "m").allMatch(access::contains);
    }

    /// Whether the kernel is told which devices the container may open.
    boolean limitsDevices() {
        return isV1("devices") && !resources.devices().isEmpty();
    }

    /// Whether the last word is that it may open any.
    boolean allowsEveryDevice() {
        return !resources.devices().isEmpty()
                && resources.devices().getLast().allow()
                && resources.devices().getLast().type().matches("a?");
    }

    private void blockIo() {
        ResourcesSpec.BlockIo b = resources.blockIo();
        if (b == null) {
            return;
        }
        boolean v1 = isV1("blkio");
        if (b.leafWeight() != null) {
            throw notThere("linux.resources.blockIO.leafWeight", "weights of leaves");
        }
        Integer weight = b.weight();
        if (weight != null && weight != 0) {
            set(v1 ? "blkio" : "io", v1 ? "blkio.bfq.weight" : "io.bfq.weight", Integer.toString(weight));
        }
        for (ResourcesSpec.DeviceWeight w : b.weightDevice()) {
            String file = v1 ? "blkio.bfq.weight_device" : "io.bfq.weight";
            set(v1 ? "blkio" : "io", file, w.major() + ":" + w.minor() + " " + w.weight());
        }
        rates(v1, b.throttleReadBpsDevice(), "blkio.throttle.read_bps_device", "rbps");
        rates(v1, b.throttleWriteBpsDevice(), "blkio.throttle.write_bps_device", "wbps");
        rates(v1, b.throttleReadIopsDevice(), "blkio.throttle.read_iops_device", "riops");
        rates(v1, b.throttleWriteIopsDevice(), "blkio.throttle.write_iops_device", "wiops");
    }

    private void rates(boolean v1, List<ResourcesSpec.DeviceRate> rates, String v1File, String v2Key) {
        for (ResourcesSpec.DeviceRate r : rates) {
            String device = r.major() + ":" + r.minor() + " ";
            set(v1 ? "blkio" : "io", v1 ? v1File : "io.max", device + (v1 ? "" : v2Key + "=") + r.rate());
        }
    }

    private void hugepages() {
        for (ResourcesSpec.HugepageLimit h : resources.hugepageLimits()) {
            set(
                    "hugetlb",
                    "hugetlb." + h.pageSize() + (isV1("hugetlb") ? ".limit_in_bytes" : ".max"),
                    h.limit().toString());
        }
    }

    private void unified() {
        if (resources.unified().isEmpty()) {
            return;
        }
        if (layout.kind() != CgroupLayout.Kind.V2) {
            throw new Unsupported(
                    "compile linux.resources.unified",
                    "this host has v1 control groups",
                    "use memory, cpu and pids, or boot with the unified hierarchy");
        }
        resources.unified().forEach((file, value) -> set(file.substring(0, file.indexOf('.')), file, value));
    }

    private void refuseTheRest() {
        if (resources.network() != null) {
            throw notThere("linux.resources.network", "network classes");
        }
        if (!resources.rdma().isEmpty()) {
            throw notThere("linux.resources.rdma", "RDMA limits");
        }
    }

    private void set(String controller, String file, @Nullable Long value) {
        if (value != null) {
            set(controller, file, Long.toString(value));
        }
    }

    private void set(String controller, String file, @Nullable String value) {
        if (value == null) {
            return;
        }
        String directory = groups.directoryOf(controller);
        boolean there = groups.v1().containsKey(controller)
                || (!groups.v2().isEmpty()
                        && (layout.v2Controllers().contains(controller) || controller.equals("cgroup")));
        if (!there) {
            throw new Unsupported(
                    "limit " + controller + " (" + file + " = " + value + ")",
                    layout.writable()
                            ? "this host has no " + controller + " controller"
                            : "this process may not make control groups",
                    "start without this limit, or enable the controller");
        }
        made.add(new Step.CgroupSet(Step.Where.PREPARE, slotOf(directory), file, value));
    }

    private long slotOf(String directory) {
        Long slot = slots.get(directory);
        if (slot == null) {
            throw new IllegalStateException("group " + directory + " was not made");
        }
        return slot;
    }

    private boolean isV1(String controller) {
        return groups.v1().containsKey(controller);
    }

    private static String number(@Nullable Long n) {
        return n == null || n < 0 ? "*" : Long.toString(n);
    }

    private static @Nullable String limitText(@Nullable Long limit) {
        return limit == null ? null : limit < 0 ? "max" : Long.toString(limit);
    }

    private static void unsupportedOnV2(String path, @Nullable Long value) {
        if (value != null) {
            throw new Unsupported("compile " + path, "v2 control groups have no such limit", "leave it out");
        }
    }

    private static Unsupported notThere(String path, String what) {
        return new Unsupported("compile " + path, "this version does not set " + what, "leave it out");
    }
}
