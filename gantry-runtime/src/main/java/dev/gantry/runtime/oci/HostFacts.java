package dev.gantry.runtime.oci;

import dev.gantry.base.Internal;
import dev.gantry.base.Unsupported;
import dev.gantry.runtime.seccomp.Abi;
import java.io.FileInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// What a plan must know about the host, observed once.
///
/// @param bootId `/proc/sys/kernel/random/boot_id`: processes of another boot are gone
/// @param capabilities what this process may give away: nobody can have more
/// @param initialUserNamespace whether all ids are mapped as they are, so that device nodes can be made
/// @param groupIds how many group ids there are from 0 on: a user namespace may have but one
/// @param throttlePaths the `thermal_throttle` directories of the processors, which are masked where they exist
public record HostFacts(
        String bootId,
        Arch arch,
        KernelVersion kernel,
        CgroupLayout cgroups,
        long capabilities,
        boolean initialUserNamespace,
        long groupIds,
        List<String> throttlePaths) {

    /// The processors that there is a shim for.
    public enum Arch {
        X86_64,
        AARCH64
    }

    /// As in `uname -r`; what follows the second number does not matter here.
    public record KernelVersion(int major, int minor) implements Comparable<KernelVersion> {
        /// Reads `6.18.44-anything`, and also `4.8`.
        public static KernelVersion parse(String release) {
            String[] parts = release.split("[^0-9]+", 3);
            if (parts.length < 2 || parts[0].isEmpty() || parts[1].isEmpty()) {
                throw new IllegalStateException("a kernel release begins with two numbers, not " + release);
            }
            return new KernelVersion(Integer.parseInt(parts[0]), Integer.parseInt(parts[1]));
        }

        @Override
        public int compareTo(KernelVersion other) {
            return major != other.major ? Integer.compare(major, other.major) : Integer.compare(minor, other.minor);
        }
    }

    /// The processor's own way of calling the kernel.
    Abi abi() {
        return switch (arch) {
            case X86_64 -> Abi.X86_64;
            case AARCH64 -> Abi.AARCH64;
        };
    }

    public HostFacts {
        throttlePaths = List.copyOf(throttlePaths);
    }

    HostFacts withCgroups(CgroupLayout layout) {
        return new HostFacts(bootId, arch, kernel, layout, capabilities, initialUserNamespace, groupIds, throttlePaths);
    }

    /// The same host for a container in a user namespace of its own, with so many group ids.
    public HostFacts inUserNamespace(long groups) {
        return new HostFacts(bootId, arch, kernel, cgroups, capabilities, false, groups, throttlePaths);
    }

    /// Reads `/proc` and `/sys`.
    public static HostFacts observe() {
        return observe(Path.of("/"));
    }

    static HostFacts observe(Path root) {
        try {
            Path proc = root.resolve("proc");
            return new HostFacts(
                    textOf(proc.resolve("sys/kernel/random/boot_id")),
                    arch(System.getProperty("os.arch")),
                    KernelVersion.parse(textOf(proc.resolve("sys/kernel/osrelease"))),
                    cgroups(root),
                    capabilities(textOf(proc.resolve("self/status"))),
                    textOf(proc.resolve("self/uid_map")).matches("0\\s+0\\s+4294967295"),
                    groupIds(textOf(proc.resolve("self/gid_map"))),
                    throttlePaths(root));
        } catch (IOException e) {
            throw new Internal("observe the host", String.valueOf(e.getMessage()), "mount /proc and /sys", e);
        }
    }

    /// Lines of: first id here, first id outside, how many. user_namespaces(7)
    private static long groupIds(String map) {
        long next = 0;
        List<long[]> ranges = map.lines()
                .map(l -> l.strip().split("\\s+"))
                .map(w -> new long[] {Long.parseLong(w[0]), Long.parseLong(w[2])})
                .sorted(Comparator.comparingLong(r -> r[0]))
                .toList();
        for (long[] range : ranges) {
            if (range[0] == next) {
                next += range[1];
            }
        }
        return next;
    }

    private static long capabilities(String status) {
        long both = -1;
        for (String line : status.split("\n")) {
            if (line.startsWith("CapBnd:") || line.startsWith("CapPrm:")) {
                both &= Long.parseUnsignedLong(line.substring(7).strip(), 16);
            }
        }
        return both;
    }

    private static Arch arch(String name) {
        return switch (name) {
            case "amd64", "x86_64" -> Arch.X86_64;
            case "aarch64" -> Arch.AARCH64;
            default ->
                throw new Unsupported(
                        "observe the host", "there is no shim for " + name, "use a machine with x86-64 or arm64");
        };
    }

    /// One line of mountinfo: id parent major:minor root POINT options… - TYPE source SUPER-OPTIONS. proc(5)
    private static CgroupLayout cgroups(Path root) throws IOException {
        Set<String> controllers = new HashSet<>();
        for (String line : Files.readAllLines(root.resolve("proc/cgroups"))) {
            if (!line.startsWith("#")) {
                controllers.add(line.split("\\s+")[0]);
            }
        }
        Map<String, String> v1 = new HashMap<>();
        String v2 = "";
        for (String line : Files.readAllLines(root.resolve("proc/self/mountinfo"))) {
            String[] halves = line.split(" - ", 2);
            String[] tail = halves.length == 2 ? halves[1].split(" ") : new String[0];
            if (tail.length < 3) {
                continue;
            }
            String point = halves[0].split(" ")[4];
            if (tail[0].equals("cgroup2") && v2.isEmpty()) {
                v2 = point;
            } else if (tail[0].equals("cgroup")) {
                for (String option : tail[2].split(",")) {
                    if (controllers.contains(option)) {
                        v1.putIfAbsent(option, point);
                    }
                }
            }
        }
        if (v1.isEmpty() && v2.isEmpty()) {
            return CgroupLayout.none();
        }
        // What the tree has beside v1 hierarchies (hugetlb, say) is not handed down to anybody.
        Set<String> v2Controllers = v2.isEmpty() || !v1.isEmpty()
                ? Set.of()
                : words(root.resolve(v2.substring(1)).resolve("cgroup.controllers"));
        Path cpuset = root.resolve(v1.getOrDefault("cpuset", v2).substring(1));
        boolean writable = v2.isEmpty() || Files.isWritable(root.resolve(v2.substring(1)));
        for (String point : v1.values()) {
            writable &= Files.isWritable(root.resolve(point.substring(1)));
        }
        return new CgroupLayout(
                v1,
                v2,
                v2Controllers,
                writable,
                swapAccounting(root, v1, v2Controllers),
                v1.containsKey("cpuset") ? textOf(cpuset.resolve("cpuset.cpus")) : "",
                v1.containsKey("cpuset") ? textOf(cpuset.resolve("cpuset.mems")) : "");
    }

    /// On v2 the top has no `memory.swap.max`: swap itself must be known to the kernel.
    private static boolean swapAccounting(Path root, Map<String, String> v1, Set<String> v2Controllers) {
        String memory = v1.get("memory");
        return memory != null
                ? Files.exists(root.resolve(memory.substring(1)).resolve("memory.memsw.limit_in_bytes"))
                : v2Controllers.contains("memory") && Files.exists(root.resolve("proc/swaps"));
    }

    private static List<String> throttlePaths(Path root) throws IOException {
        List<String> found = new ArrayList<>();
        Path cpus = root.resolve("sys/devices/system/cpu");
        if (Files.isDirectory(cpus)) {
            try (var list = Files.newDirectoryStream(cpus, "cpu[0-9]*")) {
                for (Path cpu : list) {
                    if (Files.exists(cpu.resolve("thermal_throttle"))) {
                        found.add("/sys/devices/system/cpu/" + cpu.getFileName() + "/thermal_throttle");
                    }
                }
            }
        }
        found.sort(null);
        return found;
    }

    private static Set<String> words(Path file) throws IOException {
        String text = textOf(file);
        return text.isEmpty() ? Set.of() : Set.of(text.split("\\s+"));
    }

    /// Empty when absent. In one read: at any place but the beginning a number under `/proc/sys` reads as its end.
    private static String textOf(Path file) throws IOException {
        if (!Files.exists(file)) {
            return "";
        }
        try (FileInputStream in = new FileInputStream(file.toFile())) {
            byte[] bytes = new byte[4096];
            int n = in.read(bytes);
            return n <= 0 ? "" : new String(bytes, 0, n, StandardCharsets.UTF_8).strip();
        }
    }
}
