package dev.gantry.engine.container;

import dev.gantry.base.ContainerId;
import dev.gantry.base.IdMap;
import dev.gantry.base.Internal;
import dev.gantry.images.image.Images;
import dev.gantry.images.snapshot.RootFs;
import dev.gantry.images.snapshot.Snapshotter;
import dev.gantry.network.files.ResolvConf;
import dev.gantry.runtime.oci.CgroupTree;
import dev.gantry.runtime.oci.FilesPlan;
import dev.gantry.runtime.oci.HostFacts;
import dev.gantry.runtime.oci.LaunchContext;
import dev.gantry.runtime.oci.LaunchContext.WatchOptions;
import dev.gantry.runtime.oci.PlanCompiler;
import dev.gantry.runtime.oci.RuntimeSpec;
import dev.gantry.runtime.plan.LaunchPlan;
import dev.gantry.runtime.plan.Step;
import dev.gantry.runtime.seccomp.SeccompProfile;
import dev.gantry.runtime.watch.LaunchOutcome;
import dev.gantry.runtime.watch.Starter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/// Starts one container: writes its files, compiles its plan, hands it to a watch.
final class Launcher {
    /// The plan beside the watch, for an exec or a release by a later engine.
    static final String PLAN_FILE = "plan";

    private static final long SHM_BYTES = 64L << 20;

    private final Watches watches;
    private final Places places;
    private final HostFacts host;
    private final Images images;
    private final Snapshotter snapshots;
    private final RootFiles rootFiles;
    private final List<String> autostart;
    private final HostDevices devices;
    private final UserNamespaces users;
    private final SharedMemory memory;
    private final ContainerLogs logs;
    private final Function<ContainerId, Optional<StoredContainer>> others;
    private final PlanCompiler compiler = new PlanCompiler();
    private final OwnPlaces own = new OwnPlaces();
    private final SeccompProfile standard = SeccompProfile.standard();

    Launcher(
            Watches watches,
            Places places,
            HostFacts host,
            Images images,
            Snapshotter snapshots,
            RootFiles rootFiles,
            List<String> autostart,
            HostDevices devices,
            UserNamespaces users,
            SharedMemory memory,
            ContainerLogs logs,
            Function<ContainerId, Optional<StoredContainer>> others) {
        this.others = others;
        this.devices = devices;
        this.users = users;
        this.memory = memory;
        this.logs = logs;
        this.watches = watches;
        this.places = places;
        this.host = host;
        this.images = images;
        this.snapshots = snapshots;
        this.rootFiles = rootFiles;
        this.autostart = List.copyOf(autostart);
    }

    /// What `launch` would hand to the watch of this container now. Its files under `/etc` are written on the way.
    EncodedPlan plan(Cell cell, Sources sources, ContainerNetworks.Run run) {
        StoredContainer row = cell.row;
        ContainerSpec spec = row.spec();
        users.check(spec);
        IdMap ids = users.of(spec);
        Container.Files files = Container.Files.in(places.containers(), row.id());
        RootFs root = mountable(cell);
        UserLookup.Identity user = UserLookup.resolve(
                spec.command().user(),
                spec.security().groupAdd(),
                rootFiles.read(root, "etc/passwd"),
                rootFiles.read(root, "etc/group"));
        Optional<SharedNetwork> shared = SharedNetwork.of(row, others, places.containers());
        String hostname = shared.map(SharedNetwork::hostname)
                .orElseGet(() -> RuntimeConfig.hostname(spec, row.id(), hostsName()));
        if (shared.isEmpty()) {
            writeEtc(spec, hostname, run.where(), files);
            users.give(spec, files.hostname(), files.hosts(), files.resolvConf());
            if (!users.has(spec) && row.history().startedAt().isPresent()) {
                UserNamespaces.takeBack(
                        users.linux(), files.directory(), files.hostname(), files.hosts(), files.resolvConf());
            }
        }
        Container.Files etc = shared.map(SharedNetwork::files).orElse(files);
        SharedNamespaces namespaces = SharedNamespaces.of(row, others, places.containers());
        Map<String, LaunchContext.Peer> joins = users.joins(row, joins(shared, namespaces), others);
        RuntimeSpec config = RuntimeConfig.of(
                cell.unsaid.isEmpty() ? spec : SpecMerge.withVariables(spec, cell.unsaid),
                hostname,
                user,
                etc,
                ids.isSame() ? host : host.inUserNamespace(ids.groups()),
                new RuntimeConfig.Users(ids, joins.containsKey("user")),
                standard,
                sources,
                devices.of(spec.devices(), users.has(spec)),
                devices.far(spec, SharedMemory.in(files), namespaces.shm()));
        LaunchContext context = context(row, rootOf(row, root, sources), files)
                .withCovers(covers(row, root))
                .withJoins(joins);
        return EncodedPlan.of(compiler.compile(
                config, run.handover().map(context::withHandover).orElse(context)));
    }

    private static Map<String, LaunchContext.Peer> joins(Optional<SharedNetwork> network, SharedNamespaces namespaces) {
        if (network.isEmpty()) {
            return namespaces.peers();
        }
        Map<String, LaunchContext.Peer> all = new HashMap<>(namespaces.peers());
        all.putAll(network.get().joins());
        return all;
    }

    /// Whether it starts in a user namespace of its own.
    boolean isMapped(ContainerSpec spec) {
        return users.has(spec);
    }

    Donors.Seen donors(Cell cell) {
        return Donors.seen(cell.row, others);
    }

    /// For a process that only has the root of this container and what is mounted in it.
    LaunchPlan filesPlan(Cell cell, Sources sources, LaunchContext.Peer owner) {
        StoredContainer row = cell.row;
        Container.Files files = Container.Files.in(places.containers(), row.id());
        RootFs root = root(cell);
        if (row.spec().autoRemove()) {
            snapshots.allowRemount(cell.id);
        }
        LaunchContext context = context(row, root(row, root), files).withCovers(covers(row, root));
        Set<String> targets = new HashSet<>();
        RuntimeSpec config = RuntimeConfig.filesOnly(row.spec(), files, host, sources, targets);
        return FilesPlan.of(compiler.compile(config, context.filesOnly()), owner, targets, context.covers());
    }

    /// Launches in a watch that waits. The plan is kept while the container is being made, which other processes do.
    ///
    /// @param obeyed the plan itself, unless the container begins with a checkpoint
    LaunchOutcome launch(Cell cell, Task task, EncodedPlan plan, EncodedPlan obeyed, ContainerNetworks.Run run) {
        task.plan = plan.plan();
        if (cell.row.history().startedAt().isPresent()) {
            storing(cell, () -> Files.deleteIfExists(places.exitRecord(cell.id)));
        }
        Meanwhile<?> keeping = task.keep(plan, () -> keep(cell, task, plan));
        LaunchOutcome outcome;
        boolean shm = cell.row.spec().isolation().ipc().equals("shareable");
        try {
            if (shm) {
                long bytes = cell.row.spec().resources().shmBytes();
                memory.mount(
                        Container.Files.in(places.containers(), cell.id),
                        bytes > 0 ? bytes : SHM_BYTES,
                        users.of(cell.row.spec()));
            }
            outcome = task.watch.launch(obeyed.bytes(), door -> {
                run.connect(door);
                if (run.learnsWhere()) {
                    writeEtc(cell.row, run.where());
                }
            });
        } catch (RuntimeException e) {
            keeping.joinedAfter(e);
            if (shm) {
                memory.unmount(Container.Files.in(places.containers(), cell.id));
            }
            throw e;
        }
        task.launched = outcome instanceof LaunchOutcome.Started;
        if (shm && !task.launched) {
            memory.unmount(Container.Files.in(places.containers(), cell.id));
        }
        keeping.joined();
        return outcome;
    }

    /// Begins what [#launch] of this plan ends, before anybody asks for it.
    void prepare(Cell cell, Task task, EncodedPlan plan) {
        task.prepare(plan, () -> keep(cell, task, plan));
    }

    private void keep(Cell cell, Task task, EncodedPlan plan) {
        storing(cell, () -> {
            if (RunIds.joins(plan.plan())) {
                RunIds.keep(task.directory, users.of(cell.row.spec()));
            }
            Files.write(task.directory.resolve(PLAN_FILE), plan.bytes());
        });
    }

    @FunctionalInterface
    private interface Storing {
        void run() throws IOException;
    }

    private static void storing(Cell cell, Storing what) {
        try {
            what.run();
        } catch (IOException e) {
            throw new Internal(
                    "prepare container " + cell.row.name(),
                    String.valueOf(e.getMessage()),
                    "look at the disk of the run root and the data root",
                    e);
        }
    }

    Task spawn(ContainerId id, ContainerSpec spec) {
        // That of a container in a user namespace is made in it.
        boolean own = spec.network() != ContainerSpec.Network.HOST && !users.has(spec);
        return watches.spawn(places.watch(id), own ? Starter.For.OWN_NETWORK : Starter.For.ANY_PLAN);
    }

    private RootFs root(Cell cell) {
        RootFs root = cell.root;
        if (root == null) {
            root = images.find(cell.id)
                    .orElseThrow(() -> new Internal(
                            "start container " + cell.row.name(),
                            "its writable layer is gone",
                            "remove it and create it again"));
            cell.root = root;
        }
        return root;
    }

    /// Nobody will ask for the files of a container that is removed at its end: they need not reach the disk.
    private RootFs mountable(Cell cell) {
        RootFs root = root(cell);
        if (!cell.row.spec().autoRemove()) {
            return root;
        }
        snapshots.allowRemount(cell.id); // after a start, or one that was only prepared
        return root.forgettable();
    }

    private LaunchContext.Root rootOf(StoredContainer row, RootFs root, Sources sources) {
        LaunchContext.Root plain = root(row, root);
        return users.has(row.spec()) ? users.seen(plain, sources) : plain;
    }

    private LaunchContext context(StoredContainer row, LaunchContext.Root root, Container.Files files) {
        String parent = row.spec().isolation().cgroupParent();
        HostFacts facts = parent.isEmpty()
                ? host
                : CgroupTree.prepare(host, places.groups().parent(row.id().hex()));
        return new LaunchContext(
                        facts,
                        root,
                        // No way leads to ours in a user namespace.
                        users.has(row.spec()) ? "/" : places.attachPoint().toString(),
                        places.cgroup(row.id()),
                        watchOptions(row, files))
                .withInit(row.spec().init());
    }

    private LaunchContext.Root root(StoredContainer row, RootFs root) {
        return switch (root) {
            case RootFs.Overlay overlay -> {
                List<String> lowers = new ArrayList<>();
                overlay.lowers().forEach(layer -> lowers.add(layer.toString()));
                if (!overDirectory(row)) {
                    lowers.add(places.mountPoints().toString());
                }
                yield new LaunchContext.Root.Overlay(
                        lowers, overlay.upper().toString(), overlay.work().toString(), overlay.options());
            }
            case RootFs.Copy copy ->
                new LaunchContext.Root.Directory(copy.directory().toString());
        };
    }

    private WatchOptions watchOptions(StoredContainer row, Container.Files files) {
        ContainerSpec spec = row.spec();
        WatchOptions options = WatchOptions.NONE
                .withExitRecord(places.exitRecord(row.id()).toString())
                .withStdin(
                        !spec.streams().openStdin()
                                ? Step.Stdin.NONE
                                : spec.streams().stdinOnce() ? Step.Stdin.ONCE : Step.Stdin.OPEN);
        options = withLog(options, row, files);
        if (spec.isolation().ipc().equals("shareable")) {
            options = options.withRelease(
                    List.of(new Step.Unmount(SharedMemory.in(files).toString())));
        }
        boolean cares = spec.autoRemove() || spec.restart().kind() != RestartPolicy.Kind.NO;
        return cares ? options.withOrphan(autostart) : options;
    }

    private WatchOptions withLog(WatchOptions options, StoredContainer row, Container.Files files) {
        ContainerSpec.LogConfig log = row.spec().log();
        if (log.kind() == ContainerSpec.LogConfig.Kind.NONE) {
            return options;
        }
        boolean json = log.kind() == ContainerSpec.LogConfig.Kind.JSON_FILE;
        WatchOptions logging = options.withLog(new Step.Log(
                json ? Step.Log.JSON_FILE : Step.Log.CRI,
                files.log(log).toString(),
                log.maxBytes(),
                log.maxFiles(),
                log.blocking()));
        return json && !log.options().isEmpty() ? logging.withLogAttributes(logs.attributes(row)) : logging;
    }

    /// Over a directory of the host our own places would be seen below it. What is mounted counts, not what the name
    /// in the spec leads to by now.
    private List<String> covers(StoredContainer row, RootFs root) {
        return overDirectory(row) ? own.below(root.lowers().getFirst(), places.hidden()) : List.of();
    }

    /// A directory of the host has its own mount points, and may have ours below it, which an overlay refuses.
    private static boolean overDirectory(StoredContainer row) {
        return row.spec().image().startsWith("dir:");
    }

    /// Once more, in place: the container has these very files mounted.
    private void writeEtc(StoredContainer row, ContainerNetworks.Whereabouts where) {
        writeEtc(
                row.spec(),
                RuntimeConfig.hostname(row.spec(), row.id(), hostsName()),
                where,
                Container.Files.in(places.containers(), row.id()));
    }

    private void writeEtc(
            ContainerSpec spec, String hostname, ContainerNetworks.Whereabouts where, Container.Files files) {
        try {
            Files.writeString(files.hostname(), EtcFiles.hostname(hostname));
            Files.writeString(files.hosts(), EtcFiles.hosts(hostname, spec, where));
            String etc = textOrEmpty(Path.of("/etc/resolv.conf"));
            var host = ResolvConf.ofHost(etc, textOrEmpty(Path.of("/run/systemd/resolve/resolv.conf")))
                    .with(
                            where.resolver().servers(),
                            where.resolver().search(),
                            where.resolver().options());
            Files.writeString(files.resolvConf(), EtcFiles.resolvConf(etc, host, spec.names(), where.names()));
        } catch (IOException e) {
            throw new Internal(
                    "write the container's files in " + files.directory(),
                    String.valueOf(e.getMessage()),
                    "look at the disk of the data root for space and errors",
                    e);
        }
    }

    private static String textOrEmpty(Path file) throws IOException {
        try {
            return Files.exists(file) ? Files.readString(file) : "";
        } catch (NoSuchFileException wentInBetween) {
            return "";
        }
    }

    private static String hostsName() {
        try {
            return Files.readString(Path.of("/proc/sys/kernel/hostname")).strip();
        } catch (IOException e) {
            return "localhost";
        }
    }
}
