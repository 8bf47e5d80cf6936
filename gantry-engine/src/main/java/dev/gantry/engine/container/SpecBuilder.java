package dev.gantry.engine.container;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Collects a [ContainerSpec]; see there for what each part means. What is not said has the engine's default.
public final class SpecBuilder {
    private String image;
    private List<String> entrypoint = List.of();
    private List<String> args = List.of();
    private List<String> env = List.of();
    private String user = "";
    private String workingDir = "";
    private ContainerSpec.Streams streams = new ContainerSpec.Streams(false, false, false);
    private String hostname = "";
    private String domainname = "";
    private final List<ContainerSpec.Bind> binds = new ArrayList<>();
    private final List<ContainerSpec.Tmpfs> tmpfs = new ArrayList<>();
    private final List<MountsSpec.OfVolume> volumes = new ArrayList<>();
    private final List<String> volumesFrom = new ArrayList<>();
    private String volumeDriver = "";
    private DevicesSpec devices = DevicesSpec.NONE;
    private final List<String> declared = new ArrayList<>();
    private final List<MountsSpec.OfImage> images = new ArrayList<>();
    private Resources resources = Resources.NONE;
    private Security security = Security.DEFAULT;
    private ContainerSpec.Network network = ContainerSpec.Network.DEFAULT;
    private NetworkingSpec networking = NetworkingSpec.NONE;
    private ContainerSpec.Names names = ContainerSpec.Names.NONE;
    private boolean init;
    private final Map<String, String> labels = new LinkedHashMap<>();
    private ContainerSpec.Stop stop = new ContainerSpec.Stop("", ContainerSpec.Stop.DEFAULT);
    private RestartPolicy restart = RestartPolicy.NO;
    private boolean autoRemove;
    private ContainerSpec.LogConfig log = ContainerSpec.LogConfig.DEFAULT;
    private HealthSpec health = HealthSpec.NONE;
    private IsolationSpec isolation = IsolationSpec.USUAL;
    private RareLimits rareLimits = RareLimits.NONE;
    private String doorNotes = "";
    private String owner = "";

    SpecBuilder(String image) {
        this.image = image;
    }

    SpecBuilder(ContainerSpec spec) {
        image = spec.image();
        command(spec.command());
        streams = spec.streams();
        hostname = spec.hostname();
        domainname = spec.domainname();
        binds.addAll(spec.binds());
        tmpfs.addAll(spec.tmpfs());
        mounts(spec.mounts());
        devices = spec.devices();
        resources = spec.resources();
        security = spec.security();
        network = spec.network();
        networking = spec.networking();
        names = spec.names();
        init = spec.init();
        labels.putAll(spec.labels());
        stop = spec.stop();
        restart = spec.restart();
        autoRemove = spec.autoRemove();
        log = spec.log();
        health = spec.health();
        isolation = spec.isolation();
        rareLimits = spec.rareLimits();
        doorNotes = spec.doorNotes();
        owner = spec.owner();
    }

    public ContainerSpec build() {
        return new ContainerSpec(
                image,
                new ContainerSpec.Command(entrypoint, args, env, user, workingDir),
                streams,
                hostname,
                domainname,
                binds,
                tmpfs,
                new MountsSpec(volumes, volumesFrom, declared, images, volumeDriver),
                devices,
                resources,
                security,
                network,
                networking,
                names,
                init,
                labels,
                stop,
                restart,
                autoRemove,
                log,
                health,
                isolation,
                rareLimits,
                doorNotes,
                owner);
    }

    public SpecBuilder image(String reference) {
        image = reference;
        return this;
    }

    public SpecBuilder command(ContainerSpec.Command c) {
        entrypoint = c.entrypoint();
        args = c.args();
        env = c.env();
        user = c.user();
        workingDir = c.workingDir();
        return this;
    }

    public SpecBuilder entrypoint(List<String> words) {
        entrypoint = words;
        return this;
    }

    public SpecBuilder args(String... words) {
        return args(List.of(words));
    }

    public SpecBuilder args(List<String> words) {
        args = words;
        return this;
    }

    public SpecBuilder env(List<String> variables) {
        env = variables;
        return this;
    }

    public SpecBuilder user(String text) {
        user = text;
        return this;
    }

    public SpecBuilder workingDir(String path) {
        workingDir = path;
        return this;
    }

    public SpecBuilder tty(boolean yes) {
        streams = new ContainerSpec.Streams(yes, streams.openStdin(), streams.stdinOnce());
        return this;
    }

    public SpecBuilder openStdin(boolean open, boolean once) {
        streams = new ContainerSpec.Streams(streams.tty(), open, once);
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

    public SpecBuilder bind(ContainerSpec.Bind bind) {
        binds.add(bind);
        return this;
    }

    public SpecBuilder bind(String source, String target) {
        return bind(ContainerSpec.Bind.of(source, target));
    }

    public SpecBuilder tmpfs(String target, List<String> options) {
        tmpfs.add(new ContainerSpec.Tmpfs(target, options));
        return this;
    }

    /// All binds, instead of those there are.
    SpecBuilder binds(List<ContainerSpec.Bind> all) {
        binds.clear();
        binds.addAll(all);
        return this;
    }

    /// All of them, instead of those there are.
    SpecBuilder mounts(MountsSpec all) {
        volumes.clear();
        volumes.addAll(all.volumes());
        volumesFrom.clear();
        volumesFrom.addAll(all.from());
        declared.clear();
        declared.addAll(all.declared());
        images.clear();
        images.addAll(all.images());
        return volumeDriver(all.driver());
    }

    /// The driver of new volumes that say no other.
    public SpecBuilder volumeDriver(String name) {
        volumeDriver = name;
        return this;
    }

    public SpecBuilder volume(MountsSpec.OfVolume volume) {
        volumes.add(volume);
        return this;
    }

    /// An empty name: a new volume that nobody named.
    public SpecBuilder volume(String name, String target) {
        return volume(MountsSpec.OfVolume.at(name, target));
    }

    public SpecBuilder imageMount(MountsSpec.OfImage wanted) {
        images.add(wanted);
        return this;
    }

    /// A new volume at this place, unless something else is mounted there.
    public SpecBuilder declareVolume(String target) {
        declared.add(target);
        return this;
    }

    /// What that container has mounted, too; `:ro` after its name or id makes all of it read-only.
    public SpecBuilder volumesFrom(String container) {
        volumesFrom.add(container);
        return this;
    }

    public SpecBuilder devices(DevicesSpec all) {
        devices = all;
        return this;
    }

    public SpecBuilder resources(Resources limits) {
        resources = limits;
        return this;
    }

    public SpecBuilder memoryBytes(long bytes) {
        Resources r = resources;
        resources = new Resources(
                bytes,
                r.memorySwapBytes(),
                r.memoryReservationBytes(),
                r.cpuNanos(),
                r.cpuQuotaMicros(),
                r.cpuPeriodMicros(),
                r.cpuShares(),
                r.cpusetCpus(),
                r.cpusetMems(),
                r.pidsLimit(),
                r.shmBytes(),
                r.oomScoreAdj(),
                r.ulimits());
        return this;
    }

    public SpecBuilder cpuNanos(long nanos) {
        Resources r = resources;
        resources = new Resources(
                r.memoryBytes(),
                r.memorySwapBytes(),
                r.memoryReservationBytes(),
                nanos,
                r.cpuQuotaMicros(),
                r.cpuPeriodMicros(),
                r.cpuShares(),
                r.cpusetCpus(),
                r.cpusetMems(),
                r.pidsLimit(),
                r.shmBytes(),
                r.oomScoreAdj(),
                r.ulimits());
        return this;
    }

    public SpecBuilder pidsLimit(long processes) {
        Resources r = resources;
        resources = new Resources(
                r.memoryBytes(),
                r.memorySwapBytes(),
                r.memoryReservationBytes(),
                r.cpuNanos(),
                r.cpuQuotaMicros(),
                r.cpuPeriodMicros(),
                r.cpuShares(),
                r.cpusetCpus(),
                r.cpusetMems(),
                processes,
                r.shmBytes(),
                r.oomScoreAdj(),
                r.ulimits());
        return this;
    }

    public SpecBuilder security(Security what) {
        security = what;
        return this;
    }

    public SpecBuilder network(ContainerSpec.Network kind) {
        network = kind;
        return this;
    }

    public SpecBuilder networking(NetworkingSpec what) {
        networking = what;
        return this;
    }

    public SpecBuilder names(ContainerSpec.Names what) {
        names = what;
        return this;
    }

    public SpecBuilder init(boolean yes) {
        init = yes;
        return this;
    }

    public SpecBuilder label(String name, String value) {
        labels.put(name, value);
        return this;
    }

    public SpecBuilder labels(Map<String, String> all) {
        labels.clear();
        labels.putAll(all);
        return this;
    }

    public SpecBuilder stop(String signal, int timeoutSeconds) {
        stop = new ContainerSpec.Stop(signal, timeoutSeconds);
        return this;
    }

    public SpecBuilder restart(RestartPolicy policy) {
        restart = policy;
        return this;
    }

    public SpecBuilder autoRemove(boolean yes) {
        autoRemove = yes;
        return this;
    }

    public SpecBuilder isolation(IsolationSpec what) {
        isolation = what;
        return this;
    }

    public SpecBuilder rareLimits(RareLimits limits) {
        rareLimits = limits;
        return this;
    }

    public SpecBuilder log(ContainerSpec.LogConfig config) {
        log = config;
        return this;
    }

    public SpecBuilder health(HealthSpec check) {
        health = check;
        return this;
    }

    public SpecBuilder doorNotes(String text) {
        doorNotes = text;
        return this;
    }

    SpecBuilder owner(String who) {
        owner = who;
        return this;
    }
}
