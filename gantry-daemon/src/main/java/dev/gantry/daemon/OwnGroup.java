package dev.gantry.daemon;

import dev.gantry.runtime.oci.CgroupLayout;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The daemon's own control groups, beside those of the watches and the containers, so that what it uses is not counted
/// as whose shell happened to start it. Moving a process of many threads waits for the kernel, so it happens on the
/// side. It is a nicety: a failure is logged and no more.
final class OwnGroup implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(OwnGroup.class);
    private static final List<String> CONTROLLERS = List.of("memory", "cpu", "cpuacct", "pids");

    private final Thread mover;
    private final String parent;

    /// Where we were before, by the group we went to. Written by the mover, read after it has ended.
    private final Map<Path, Path> moved = new LinkedHashMap<>();

    private OwnGroup(String parent) {
        this.parent = parent;
        this.mover = Thread.ofPlatform().name("own-group").daemon().start(this::move);
    }

    static OwnGroup join(String parent) {
        return new OwnGroup(parent);
    }

    private void move() {
        try {
            CgroupLayout layout = dev.gantry.runtime.oci.HostFacts.observe().cgroups();
            if (!layout.writable()) {
                return;
            }
            Set<Path> mounts = new LinkedHashSet<>();
            for (String controller : CONTROLLERS) {
                String mount = layout.v1().get(controller);
                if (mount != null) {
                    mounts.add(Path.of(mount));
                }
            }
            if (layout.v1().isEmpty() && !layout.v2().isEmpty()) {
                mounts.add(Path.of(layout.v2()));
            }
            for (Path mount : mounts) {
                Path group = Files.createDirectories(mount.resolve(parent).resolve("daemon"));
                Path before = mount.resolve(current(mount, layout));
                enter(group);
                moved.put(group, before);
            }
        } catch (IOException | RuntimeException e) {
            LOG.warn("own-group=failed why=\"{}\"", e.toString());
        }
    }

    private static void enter(Path group) throws IOException {
        Files.writeString(
                group.resolve("cgroup.procs"),
                Long.toString(ProcessHandle.current().pid()));
    }

    /// Our group in the hierarchy mounted at `mount`, relative to it. cgroups(7), /proc/PID/cgroup
    private static String current(Path mount, CgroupLayout layout) throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc/self/cgroup"))) {
            String[] parts = line.split(":", 3);
            boolean unified = parts[1].isEmpty() && mount.toString().equals(layout.v2());
            boolean here = unified
                    || List.of(parts[1].split(",")).stream()
                            .anyMatch(c -> mount.toString().equals(layout.v1().get(c)));
            if (here) {
                return parts[2].substring(1);
            }
        }
        return "";
    }

    /// Goes back to where it came from, and removes the groups if nobody else is in them.
    @Override
    public void close() {
        try {
            mover.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return;
        }
        moved.forEach(this::leave);
    }

    private void leave(Path group, Path before) {
        try {
            enter(before);
            Path at = group;
            for (int i = 0; i <= Path.of(parent).getNameCount() && at != null; i++) {
                Files.delete(at);
                at = at.getParent();
            }
        } catch (IOException e) {
            // Others are in it.
            LOG.debug("own-group=kept group={} why=\"{}\"", group, e.toString());
        }
    }
}
