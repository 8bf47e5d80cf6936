package dev.gantry.engine;

import dev.gantry.base.GantryException;
import dev.gantry.base.Internal;
import dev.gantry.csi.CsiDrivers;
import dev.gantry.engine.container.ContainerEngine;
import dev.gantry.engine.container.ContainerRoots;
import dev.gantry.engine.container.Containers;
import dev.gantry.engine.container.GroupPlaces;
import dev.gantry.engine.container.MappedPlaces;
import dev.gantry.engine.container.MountPoints;
import dev.gantry.engine.container.Places;
import dev.gantry.engine.container.RootFiles;
import dev.gantry.engine.container.UserNamespaces;
import dev.gantry.engine.container.VolumeCopies;
import dev.gantry.engine.container.Watches;
import dev.gantry.engine.event.Events;
import dev.gantry.engine.exec.ExecLauncher;
import dev.gantry.engine.exec.Execs;
import dev.gantry.engine.exec.LiveExecs;
import dev.gantry.engine.files.ContainerFiles;
import dev.gantry.engine.files.ContainerLayers;
import dev.gantry.engine.health.Checks;
import dev.gantry.engine.health.ExecProber;
import dev.gantry.engine.health.LiveChecks;
import dev.gantry.engine.log.FileLogs;
import dev.gantry.engine.log.Forwarding;
import dev.gantry.engine.log.LogDrivers;
import dev.gantry.engine.log.LogPacking;
import dev.gantry.engine.log.Logs;
import dev.gantry.engine.log.driver.BuiltInDrivers;
import dev.gantry.engine.managed.LocalPlugins;
import dev.gantry.engine.managed.ManagedPlugins;
import dev.gantry.engine.managed.MetricsDoor;
import dev.gantry.engine.network.NetworkEngine;
import dev.gantry.engine.network.Networks;
import dev.gantry.engine.network.overlay.OverlayDirectory;
import dev.gantry.engine.network.overlay.OverlayOptions;
import dev.gantry.engine.network.overlay.PeerDirectory;
import dev.gantry.engine.observe.Measures;
import dev.gantry.engine.plugin.PluginDiscovery;
import dev.gantry.engine.plugin.Plugins;
import dev.gantry.engine.plugin.authz.AuthorizationPlugins;
import dev.gantry.engine.plugin.cdi.CdiNamedDevices;
import dev.gantry.engine.plugin.cni.CniDriver;
import dev.gantry.engine.plugin.log.LogPlugins;
import dev.gantry.engine.plugin.network.PluginNetworks;
import dev.gantry.engine.plugin.volume.CsiPlaces;
import dev.gantry.engine.plugin.volume.VolumeDriversOfPlugins;
import dev.gantry.engine.rootless.Outside;
import dev.gantry.engine.stats.GroupGauges;
import dev.gantry.engine.stats.LiveStats;
import dev.gantry.engine.stats.Stats;
import dev.gantry.engine.store.SqliteEngineStore;
import dev.gantry.images.content.DiskContentStore;
import dev.gantry.images.image.Images;
import dev.gantry.images.image.LocalImages;
import dev.gantry.images.layer.LayerLimits;
import dev.gantry.images.layer.TarLayerExtractor;
import dev.gantry.images.registry.RegistryClient;
import dev.gantry.images.snapshot.Snapshotter;
import dev.gantry.images.snapshot.Storage;
import dev.gantry.linux.Fd;
import dev.gantry.linux.Linux;
import dev.gantry.network.driver.KernelNetworks;
import dev.gantry.network.driver.Underlay;
import dev.gantry.network.model.Instance;
import dev.gantry.runtime.oci.CgroupTree;
import dev.gantry.runtime.oci.HostFacts;
import dev.gantry.volume.Volumes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Builds the engine from its parts, top to bottom, and takes it apart in the reverse order.
final class LocalGantry implements Gantry {
    private static final Logger LOG = LoggerFactory.getLogger(LocalGantry.class);
    private static final Path USUAL_ROOT = Path.of("/var/lib/gantry");
    private static final Path JOURNAL = Path.of("/run/systemd/journal/socket");
    private static final Path FORWARDING = Path.of("/proc/sys/net/ipv4/ip_forward");
    private static final int CAP_NET_ADMIN = 12; // <linux/capability.h>

    private final GantryOptions options;
    private final Deque<AutoCloseable> parts = new ArrayDeque<>();
    private final Containers containers;
    private final Execs execs;
    private final Logs logs;
    private final Events events;
    private final Stats stats;
    private final Checks checks;
    private final Images images;
    private final Volumes volumes;
    private final VolumeCopies volumeCopies;
    private final ContainerFiles files;
    private final ContainerRoots roots;
    private final ContainerLayers layers;
    private final Measures measures;
    private final NetworkEngine networking;
    private final Networks networks;
    private final Storage storage;
    private final Plugins plugins;
    private final LocalPlugins managedPlugins;
    private volatile List<String> guards = List.of();

    LocalGantry(GantryOptions options, Clock clock, RandomGenerator random) {
        this.options = options;
        this.measures = new Measures(options.tracer());
        try {
            Linux linux = Linux.host();
            Path data = directory(options.dataRoot());
            own(RootLock.take(linux, data));
            DataFormat.check(data);
            Path run = directory(options.runRoot());
            var store = own(SqliteEngineStore.open(data.resolve("gantry.db"), data.resolve("lib"), clock));
            var content = new DiskContentStore(data.resolve("content"));
            storage = Storage.open(linux, directory(data.resolve("snapshots")), options.storage());
            Snapshotter snapshots = own(storage.snapshots());
            spread(linux, storage.directory());
            if (!storage.why().isEmpty()) {
                LOG.warn("storage={} images=copied why=\"{}\"", storage.driver().word(), storage.why());
            }
            var registries = own(new RegistryClient(options.registries()));
            var extractor = new TarLayerExtractor(linux, snapshots.flavor(), LayerLimits.DEFAULT);
            images = new LocalImages(content, snapshots, store.images(), extractor, registries, clock, random);
            events = store.events();
            HostFacts host = CgroupTree.prepare(HostFacts.observe(), options.cgroup());
            var places = new Places(
                    spread(linux, directory(data.resolve("containers"))),
                    spread(linux, directory(run.resolve("w"))),
                    directory(run.resolve("root")),
                    MountPoints.in(directory(data.resolve("mountpoints"))),
                    new GroupPlaces(options.cgroup()),
                    hidden());
            var groups = own(new WatchGroups(host.cgroups(), options.cgroup()));
            var watches = own(new Watches(options.shim(), groups.directories()));
            var managed = own(LocalPlugins.open(new LocalPlugins.Parts(
                    linux,
                    host,
                    watches,
                    registries,
                    events,
                    data.resolve("plugins"),
                    run.resolve("p"),
                    places.attachPoint(),
                    options.cgroup(),
                    random)));
            managedPlugins = managed;
            var discovery = new PluginDiscovery(options.plugins());
            plugins = new Plugins(discovery, managed, Plugins.PATIENCE);
            Path csi = data.resolve("csi");
            var drivers = new VolumeDriversOfPlugins(
                    plugins,
                    own(new CsiDrivers(linux, csi, new CsiPlaces(discovery, managed, csi), host.bootId(), clock)));
            volumes = own(Volumes.open(linux, data.resolve("volumes"), store.volumes(), drivers, clock, random));
            var directory =
                    own(options.overlay().isNone() ? OverlayDirectory.NONE : PeerDirectory.open(options.overlay()));
            networking = own(NetworkEngine.open(
                    store.networks(),
                    linux,
                    instance(),
                    driving(host, linux),
                    new PluginNetworks(plugins, new CniDriver()),
                    directory,
                    options.networks(),
                    machine(),
                    clock,
                    random));
            networks = networking.networks();
            RootFiles rootFiles = new LayeredFiles(linux, data);
            LogDrivers logDrivers =
                    new BuiltInDrivers(linux, JOURNAL).or(new LogPlugins(linux, plugins, run.resolve("l")));
            var packing = new LogPacking.Wanted();
            var forwarding = own(new Forwarding(logDrivers, packing::again));
            var engine = own(ContainerEngine.open(new ContainerEngine.Parts(
                    store.containers(),
                    events,
                    images,
                    snapshots,
                    volumes,
                    userNamespaces(linux, host),
                    networking.ofContainers(),
                    new CdiNamedDevices(options.plugins().cdi()),
                    forwarding,
                    rootFiles,
                    watches,
                    places,
                    host,
                    linux,
                    Comeback.of(data, options.autostart()),
                    measures,
                    clock,
                    random)));
            networking.actThrough(engine::inTurn);
            managed.usedBy(this::usersOf);
            containers = engine.containers();
            volumeCopies = engine.volumeCopies();
            files = new ContainerFiles(linux, engine.roots(), rootFiles, events);
            roots = engine.roots();
            layers = new ContainerLayers(linux, engine.roots(), snapshots, containers, images, measures);
            execs = own(new LiveExecs(
                    engine::running,
                    id -> engine.watchDirectory(id).isPresent(),
                    new ExecLauncher(watches, places, host, rootFiles, linux),
                    events,
                    clock,
                    random));
            var checking = own(new LiveChecks(containers::get, new ExecProber(execs), events, measures, clock));
            engine.checkedBy(checking);
            checks = checking;
            stats = own(LiveStats.of(containers::get, new GroupGauges(host.cgroups(), places, clock)));
            logs = new FileLogs(containers::get, engine::watchDirectory, logDrivers);
            forwarding.open(containers.list(), engine::watchDirectory);
            own(new LogPacking(places.containers(), containers::list, engine::tryInTurn, packing));
        } catch (GantryException e) {
            closeParts();
            throw e;
        }
    }

    static LocalGantry open(GantryOptions options) {
        return new LocalGantry(options, Clock.systemUTC(), new SecureRandom());
    }

    private <T extends AutoCloseable> T own(T part) {
        parts.push(part);
        return part;
    }

    /// What keeps a managed plugin from being disabled.
    private List<String> usersOf(String plugin) {
        return PluginUsers.of(plugin, volumes.list(), networks.list(), containers.list(), guards);
    }

    /// What a container over a directory of the host must not see, if it is below it.
    private List<Path> hidden() {
        List<Path> all = new ArrayList<>(options.hidden());
        all.add(options.dataRoot());
        all.add(options.runRoot());
        return all;
    }

    /// Whose names in the kernel have no tag: the engine of the usual data root.
    private Instance instance() {
        return options.dataRoot().equals(USUAL_ROOT)
                ? Instance.DEFAULT
                : Instance.ofRoot(options.dataRoot().toString());
    }

    private NetworkEngine.Driving driving(HostFacts host, Linux linux) {
        // In a user namespace the capability may be one over other network namespaces than this one.
        boolean able = (host.capabilities() >> CAP_NET_ADMIN & 1) != 0
                && (host.initialUserNamespace() || Files.isWritable(FORWARDING));
        return new NetworkEngine.Driving(
                able, () -> KernelNetworks.open(linux, instance(), underlay()), Outside.find(options.runRoot()));
    }

    /// [Unsupported] where the kernel cannot have them.
    private UserNamespaces userNamespaces(Linux linux, HostFacts host) {
        var users = new UserNamespaces(linux, own(new MappedPlaces(linux, options.shim())), options.ids());
        users.check(
                host,
                options.dataRoot().resolve("containers"),
                options.dataRoot().resolve("mountpoints"));
        return users;
    }

    private Underlay underlay() {
        OverlayOptions shared = options.overlay();
        return shared.isNone()
                ? Underlay.NONE
                : new Underlay(
                        shared.advertise().address(),
                        shared.peers().stream()
                                .collect(Collectors.toMap(OverlayOptions.Place::address, OverlayOptions.Place::port)),
                        shared.dataPort());
    }

    private static String machine() {
        try {
            return Files.readString(Path.of("/etc/machine-id")).strip();
        } catch (IOException e) {
            return "";
        }
    }

    private static Path directory(Path path) {
        try {
            Files.createDirectories(
                    path, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx--x---")));
            return path;
        } catch (IOException e) {
            throw new Internal(
                    "make directory " + path, String.valueOf(e), "give the right, or choose another root", e);
        }
    }

    /// One directory a container: without a journal, ext4 steps over each inode that was deleted lately nearby when it
    /// makes one, so that containers which come and go make the next ones slow.
    private static Path spread(Linux linux, Path path) {
        try (Fd directory = linux.files().openDirectory(path.toString())) {
            linux.files().spread(directory);
        }
        return path;
    }

    private void closeParts() {
        while (!parts.isEmpty()) {
            try {
                parts.pop().close();
            } catch (Exception e) {
                System.getLogger("dev.gantry.engine").log(System.Logger.Level.WARNING, "close: " + e.getMessage());
            }
        }
    }

    @Override
    public Containers containers() {
        return containers;
    }

    @Override
    public Execs execs() {
        return execs;
    }

    @Override
    public Logs logs() {
        return logs;
    }

    @Override
    public Events events() {
        return events;
    }

    @Override
    public Stats stats() {
        return stats;
    }

    @Override
    public Checks checks() {
        return checks;
    }

    @Override
    public Images images() {
        return images;
    }

    @Override
    public AuthorizationPlugins authorization(List<String> names) {
        guards = List.copyOf(names);
        managedPlugins.guardedBy(guards);
        return new AuthorizationPlugins(plugins, guards);
    }

    @Override
    public ContainerFiles files() {
        return files;
    }

    @Override
    public ContainerRoots roots() {
        return roots;
    }

    @Override
    public ContainerLayers layers() {
        return layers;
    }

    @Override
    public VolumeCopies volumeCopies() {
        return volumeCopies;
    }

    @Override
    public Volumes volumes() {
        return volumes;
    }

    @Override
    public Networks networks() {
        return networks;
    }

    @Override
    public void withdrawNetworks(boolean found) {
        networking.withdraw(found);
    }

    @Override
    public void metricsThrough(MetricsDoor door) {
        managedPlugins.metricsThrough(door);
    }

    @Override
    public ManagedPlugins plugins() {
        return managedPlugins;
    }

    @Override
    public Storage storage() {
        return storage;
    }

    @Override
    public Measures measures() {
        return measures;
    }

    @Override
    public GantryOptions options() {
        return options;
    }

    @Override
    public void close() {
        closeParts();
    }
}
