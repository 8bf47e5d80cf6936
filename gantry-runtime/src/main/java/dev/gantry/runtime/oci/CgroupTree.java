package dev.gantry.runtime.oci;

import dev.gantry.base.Internal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;

/// The parent of all containers' groups in the unified tree, where controllers must be handed down before a container's
/// group has their files. Done once, when an engine opens; v1 hierarchies need nothing of the kind, and the tree beside
/// them is left as it is.
public final class CgroupTree {
    private static final List<String> CONTROLLERS = List.of("cpu", "cpuset", "hugetlb", "io", "memory", "pids");

    private CgroupTree() {}

    /// Makes `parent` (such as `gantry`) and hands down to it what there is. The facts as they hold below it: a
    /// controller that could not be handed down (processes stand in the way, or the right is missing) is not among
    /// them, and a limit that needs it will be refused in words.
    public static HostFacts prepare(HostFacts host, String parent) {
        CgroupLayout layout = host.cgroups();
        if (layout.kind() != CgroupLayout.Kind.V2 || !layout.writable()) {
            return host;
        }
        Path group = Path.of(layout.v2());
        try {
            handDown(group);
            for (Path name : Path.of(parent)) {
                group = group.resolve(name);
                Files.createDirectories(group);
                handDown(group);
            }
            return host.withCgroups(layout.withV2Controllers(words(group.resolve("cgroup.subtree_control"))));
        } catch (IOException e) {
            throw new Internal(
                    "prepare control group " + group,
                    String.valueOf(e.getMessage()),
                    "give the right to make control groups there",
                    e);
        }
    }

    /// One by one: one that is refused must not take the others along.
    private static void handDown(Path group) throws IOException {
        Set<String> there = words(group.resolve("cgroup.controllers"));
        Set<String> done = words(group.resolve("cgroup.subtree_control"));
        for (String controller : CONTROLLERS) {
            if (there.contains(controller) && !done.contains(controller)) {
                try {
                    Files.writeString(group.resolve("cgroup.subtree_control"), "+" + controller);
                } catch (IOException e) {
                    // It stays out of the facts; see above.
                }
            }
        }
    }

    private static Set<String> words(Path file) throws IOException {
        String text = Files.exists(file) ? Files.readString(file).strip() : "";
        return text.isEmpty() ? Set.of() : Set.of(text.split("\\s+"));
    }
}
