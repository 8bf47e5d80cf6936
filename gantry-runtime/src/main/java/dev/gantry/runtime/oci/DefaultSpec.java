package dev.gantry.runtime.oci;

import dev.gantry.runtime.oci.LinuxSpec.Device;
import dev.gantry.runtime.oci.LinuxSpec.Namespace;
import dev.gantry.runtime.oci.ResourcesSpec.DeviceRule;
import dev.gantry.runtime.oci.RuntimeSpec.Mount;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What a container has when its user says nothing: Docker's defaults, as tables.
///
/// ```java
/// RuntimeSpec spec = DefaultSpec.builder(HostFacts.observe()).args(List.of("/bin/sh")).memory(32 << 20).build();
/// ```
public final class DefaultSpec {
    static final String OCI_VERSION = "1.2.1";
    static final long SHM_BYTES = 64L << 20;

    /// `tty` in the `/etc/group` of every distribution.
    private static final long TTY_GROUP = 5;

    static final List<String> CAPABILITIES = List.of(
            "CAP_CHOWN",
            "CAP_DAC_OVERRIDE",
            "CAP_FOWNER",
            "CAP_FSETID",
            "CAP_KILL",
            "CAP_SETGID",
            "CAP_SETUID",
            "CAP_SETPCAP",
            "CAP_NET_BIND_SERVICE",
            "CAP_NET_RAW",
            "CAP_SYS_CHROOT",
            "CAP_MKNOD",
            "CAP_AUDIT_WRITE",
            "CAP_SETFCAP");

    /// The default capabilities on `host`. Where nothing says which devices may be opened, making their nodes
    /// would be opening them. In a user namespace nobody can make them, and the list is Docker's.
    static List<String> capabilities(HostFacts host) {
        if (host.cgroups().enforcesDeviceRules() || !host.initialUserNamespace()) {
            return CAPABILITIES;
        }
        return CAPABILITIES.stream().filter(c -> !c.equals("CAP_MKNOD")).toList();
    }

    static final List<String> MASKED_PATHS = List.of(
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

    static final List<String> READONLY_PATHS =
            List.of("/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger");

    /// Made in every container. OCI runtime-spec 1.2 §config-linux "Default Devices".
    static final List<Device> DEVICES = List.of(
            character("/dev/null", 1, 3),
            character("/dev/zero", 1, 5),
            character("/dev/full", 1, 7),
            character("/dev/random", 1, 8),
            character("/dev/urandom", 1, 9),
            character("/dev/tty", 5, 0));

    /// Everything is denied first; nodes of any kind may be made, those listed may be opened.
    static final List<DeviceRule> DEVICE_RULES = List.of(
            new DeviceRule(false, "", null, null, "rwm"),
            allow("c", null, null, "m"),
            allow("b", null, null, "m"),
            allow("c", 1L, 3L, "rwm"),
            allow("c", 1L, 5L, "rwm"),
            allow("c", 1L, 7L, "rwm"),
            allow("c", 1L, 8L, "rwm"),
            allow("c", 1L, 9L, "rwm"),
            allow("c", 5L, 0L, "rwm"),
            allow("c", 5L, 1L, "rwm"),
            allow("c", 5L, 2L, "rwm"),
            allow("c", 136L, null, "rwm"));

    static final List<String> NAMESPACES = List.of("mount", "uts", "pid", "ipc", "network", "cgroup");

    private DefaultSpec() {}

    public static SpecBuilder builder(HostFacts host) {
        return new SpecBuilder(host);
    }

    static List<Mount> mounts(long shmBytes, long groupIds) {
        List<String> terminals =
                new ArrayList<>(List.of("nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620"));
        if (groupIds > TTY_GROUP) {
            terminals.add("gid=" + TTY_GROUP);
        }
        return List.of(
                Mount.of("/proc", "proc", "proc", List.of("nosuid", "noexec", "nodev")),
                Mount.of("/dev", "tmpfs", "tmpfs", List.of("nosuid", "strictatime", "mode=755", "size=65536k")),
                Mount.of("/dev/pts", "devpts", "devpts", terminals),
                Mount.of("/sys", "sysfs", "sysfs", List.of("nosuid", "noexec", "nodev", "ro")),
                Mount.of("/sys/fs/cgroup", "cgroup", "cgroup", List.of("ro", "nosuid", "noexec", "nodev")),
                Mount.of("/dev/mqueue", "mqueue", "mqueue", List.of("nosuid", "noexec", "nodev")),
                Mount.of(
                        "/dev/shm",
                        "tmpfs",
                        "shm",
                        List.of("nosuid", "noexec", "nodev", "mode=1777", "size=" + shmBytes)));
    }

    static List<Namespace> namespaces(boolean ownNetwork) {
        return NAMESPACES.stream()
                .filter(n -> ownNetwork || !n.equals("network"))
                .map(Namespace::fresh)
                .toList();
    }

    static List<String> maskedPaths(HostFacts host) {
        List<String> all = new ArrayList<>(MASKED_PATHS);
        all.addAll(host.throttlePaths());
        return all;
    }

    static DeviceRule allow(String type, @Nullable Long major, @Nullable Long minor, String access) {
        return new DeviceRule(true, type, major, minor, access);
    }

    private static Device character(String path, long major, long minor) {
        return new Device("c", path, major, minor, 0666L, 0L, 0L);
    }
}
