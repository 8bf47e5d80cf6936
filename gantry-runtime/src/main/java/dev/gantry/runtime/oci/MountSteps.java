package dev.gantry.runtime.oci;

import dev.gantry.base.Unsupported;
import dev.gantry.runtime.plan.Step;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// The steps of one container's file system, up to the pivot and just after it.
final class MountSteps {
    private static final long S_IFCHR = 0020000; // <sys/stat.h>
    private static final long S_IFBLK = 0060000;
    private static final long S_IFIFO = 0010000;

    private final LinuxSpec linux;
    private final CgroupLayout layout;
    private final ContainerGroups groups;
    private final Slots slots;
    private final boolean nodesCanBeMade;
    private final boolean deviceRules;
    private final List<Step> opened = new ArrayList<>();
    private final List<Step> placed = new ArrayList<>();
    private final boolean ownCgroupNamespace;
    private long rootSlot;

    MountSteps(
            RuntimeSpec spec,
            LinuxSpec linux,
            CgroupLayout layout,
            ContainerGroups groups,
            Slots slots,
            boolean nodesCanBeMade,
            boolean deviceRules) {
        this.linux = linux;
        this.layout = layout;
        this.groups = groups;
        this.slots = slots;
        this.nodesCanBeMade = nodesCanBeMade;
        this.deviceRules = deviceRules;
        this.ownCgroupNamespace = linux.namespaces().stream()
                .anyMatch(n -> n.type().equals("cgroup") && n.path().isEmpty());
        this.rootSlot = slots.take("the root");
        boolean ownDev = true;
        if (!deviceRules
                && spec.mounts().stream().noneMatch(m -> m.destination().equals("/dev"))) {
            // Below the root the nodes that every container has could not be opened.
            placed.add(new Step.Mount(
                    "tmpfs",
                    "tmpfs",
                    "/dev",
                    MountOptions.NOSUID,
                    List.of("mode=755", "size=65536k"),
                    Step.Mount.MAKE_TARGET));
        }
        for (RuntimeSpec.Mount mount : spec.mounts()) {
            place(mount);
            ownDev &= !(mount.destination().equals("/dev") && mount.isBind());
        }
        if (ownDev) {
            devices();
        }
    }

    /// In the host's namespaces: the root and the sources of binds, as descriptors.
    ///
    /// An image may bring device nodes of any mode. Where no control group says which may be opened, none in the
    /// root may: `/dev` is another mount, and what is in it is ours.
    List<Step> prepare(LaunchContext.Root root) {
        long attributes = deviceRules ? 0 : MountOptions.NODEV;
        List<Step> steps = new ArrayList<>();
        steps.add(
                switch (root) {
                    case LaunchContext.Root.Overlay o ->
                        new Step.Overlay(rootSlot, o.lowers(), o.upper(), o.work(), o.options(), attributes);
                    case LaunchContext.Root.Directory d ->
                        new Step.OpenTree(
                                rootSlot,
                                d.path(),
                                Step.OpenTree.RECURSIVE | (deviceRules ? 0 : Step.OpenTree.NO_DEVICES));
                });
        steps.addAll(opened);
        return steps;
    }

    /// In the child, until everything below the root is in its place.
    List<Step> child(LaunchContext.Root root, String attachPoint) {
        long propagation = initialPropagation();
        List<Step> steps = new ArrayList<>();
        steps.add(new Step.Propagation(propagation));
        steps.add(new Step.Root(rootSlot, attachPoint));
        if (root instanceof LaunchContext.Root.Directory) {
            // A copy of a shared mount is shared: what is mounted in it would appear on the host.
            steps.add(new Step.Propagation(propagation));
        }
        steps.addAll(placed);
        return steps;
    }

    /// What `linux.rootfsPropagation` says holds from here on.
    List<Step> afterPivot() {
        return switch (linux.rootfsPropagation()) {
            case "shared", "rshared" -> List.of(new Step.Propagation(MountOptions.MS_SHARED | MountOptions.MS_REC));
            case "unbindable", "runbindable" ->
                List.of(new Step.Propagation(MountOptions.MS_UNBINDABLE | MountOptions.MS_REC));
            default -> List.of();
        };
    }

    private long initialPropagation() {
        return switch (linux.rootfsPropagation()) {
            case "slave", "rslave" -> MountOptions.MS_SLAVE | MountOptions.MS_REC;
            default -> MountOptions.MS_PRIVATE | MountOptions.MS_REC;
        };
    }

    private void place(RuntimeSpec.Mount mount) {
        MountOptions options = MountOptions.of(mount.options());
        if (!mount.uidMappings().isEmpty() || !mount.gidMappings().isEmpty()) {
            throw new Unsupported(
                    "mount " + mount.destination(), "this version has no id-mapped mounts", "leave the mappings out");
        }
        if (mount.isBind()) {
            bind(mount.source(), options.recursiveBind(), mount.destination(), options);
        } else if (mount.type().equals("cgroup") || mount.type().equals("cgroup2")) {
            cgroups(mount.destination(), options);
        } else {
            // A kernel without POSIX message queues is no reason not to run.
            boolean mayMiss = mount.type().equals("mqueue");
            placed.add(new Step.Mount(
                    mount.type(),
                    mount.source().isEmpty() ? mount.type() : mount.source(),
                    mount.destination(),
                    options.set(),
                    options.data(),
                    Step.Mount.MAKE_TARGET | (mayMiss ? Step.Mount.TYPE_MAY_BE_UNKNOWN : 0)));
        }
        if (options.propagation() != 0 && !mount.isBind()) {
            throw new Unsupported(
                    "mount " + mount.destination(),
                    "this version sets the propagation of bind mounts only",
                    "leave it out");
        }
    }

    private void bind(String source, boolean recursive, String target, MountOptions options) {
        long slot = slots.take("the bind mount " + target);
        opened.add(new Step.OpenTree(slot, source, recursive ? Step.OpenTree.RECURSIVE : 0));
        placed.add(new Step.Bind(
                slot,
                target,
                options.set(),
                Step.Bind.MAKE_TARGET | (options.recursive() ? Step.Bind.RECURSIVE_ATTRIBUTES : 0),
                options.propagation() == 0 ? MountOptions.MS_PRIVATE | MountOptions.MS_REC : options.propagation()));
    }

    /// A bind of the container's own group is the cheapest view of it: no new superblock, and a process in its
    /// own cgroup namespace sees that group as the root. On v1 one bind per controller, over the directories
    /// that the host's own tree has for them.
    private void cgroups(String target, MountOptions options) {
        if (groups.v1().isEmpty() && groups.v2().isEmpty()) {
            return;
        }
        MountOptions plain =
                new MountOptions(options.set(), options.recursive(), false, options.propagation(), List.of());
        if (groups.v1().isEmpty()) {
            if (ownCgroupNamespace) {
                placed.add(
                        new Step.Mount("cgroup2", "cgroup", target, options.set(), List.of(), Step.Mount.MAKE_TARGET));
            } else {
                bind(groups.v2(), false, target, plain);
            }
            return;
        }
        Map<String, String> byName = new LinkedHashMap<>();
        String top = commonParent();
        groups.v1().forEach((controller, directory) -> {
            String mount = layout.v1().getOrDefault(controller, "");
            byName.putIfAbsent(mount.substring(mount.lastIndexOf('/') + 1), directory);
        });
        if (top.isEmpty()) {
            placed.add(new Step.Mount(
                    "tmpfs",
                    "cgroup",
                    target,
                    options.set() & ~MountOptions.RDONLY,
                    List.of("mode=755", "size=64k"),
                    Step.Mount.MAKE_TARGET));
        } else {
            bind(top, false, target, plain);
        }
        byName.forEach((name, directory) -> bind(directory, false, target + "/" + name, plain));
    }

    /// The directory in which the host mounts every controller we use, such as `/sys/fs/cgroup`; empty when they are
    /// scattered.
    private String commonParent() {
        String parent = "";
        for (String controller : groups.v1().keySet()) {
            String mount = layout.v1().getOrDefault(controller, "");
            String its = mount.substring(0, Math.max(0, mount.lastIndexOf('/')));
            if (its.isEmpty() || (!parent.isEmpty() && !parent.equals(its))) {
                return "";
            }
            parent = its;
        }
        return parent;
    }

    /// OCI runtime-spec 1.2 §config-linux "Default Devices", then those that the configuration adds.
    private void devices() {
        Map<String, Step.Device> all = new LinkedHashMap<>();
        DefaultSpec.DEVICES.forEach(d -> all.put(d.path(), device(d)));
        linux.devices().forEach(d -> all.put(d.path(), device(d)));
        placed.addAll(all.values());
        placed.add(new Step.Symlink("/dev/ptmx", "pts/ptmx"));
        placed.add(new Step.Symlink("/dev/fd", "/proc/self/fd"));
        placed.add(new Step.Symlink("/dev/stdin", "/proc/self/fd/0"));
        placed.add(new Step.Symlink("/dev/stdout", "/proc/self/fd/1"));
        placed.add(new Step.Symlink("/dev/stderr", "/proc/self/fd/2"));
    }

    private Step.Device device(LinuxSpec.Device d) {
        long type = switch (d.type()) {
            case "b" -> S_IFBLK;
            case "p" -> S_IFIFO;
            default -> S_IFCHR;
        };
        Long mode = d.fileMode();
        Long uid = d.uid();
        Long gid = d.gid();
        long slotPlusOne = 0;
        if (!nodesCanBeMade) {
            long slot = slots.take("the device " + d.path());
            opened.add(new Step.OpenTree(slot, d.path(), Step.OpenTree.MAY_BE_MISSING));
            slotPlusOne = slot + 1;
        }
        return new Step.Device(
                d.path(),
                type | (mode == null ? 0666 : mode & 07777),
                d.major(),
                d.minor(),
                uid == null ? 0 : uid,
                gid == null ? 0 : gid,
                slotPlusOne);
    }
}
