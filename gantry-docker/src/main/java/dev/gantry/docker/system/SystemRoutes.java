package dev.gantry.docker.system;

import dev.gantry.api.container.ContainerSummary;
import dev.gantry.api.system.BuildCache;
import dev.gantry.api.system.Commit;
import dev.gantry.api.system.DiskUsage;
import dev.gantry.api.system.IndexInfo;
import dev.gantry.api.system.Info;
import dev.gantry.api.system.PlatformName;
import dev.gantry.api.system.PluginsInfo;
import dev.gantry.api.system.RegistryConfig;
import dev.gantry.api.system.Runtime;
import dev.gantry.api.system.SwarmInfo;
import dev.gantry.api.system.Version;
import dev.gantry.api.system.VersionComponent;
import dev.gantry.build.Builder;
import dev.gantry.build.shelf.Shelf;
import dev.gantry.build.solve.Cache;
import dev.gantry.docker.ApiResponse;
import dev.gantry.docker.container.Listing;
import dev.gantry.docker.image.ImageRoutes;
import dev.gantry.docker.route.Call;
import dev.gantry.docker.route.Routes;
import dev.gantry.docker.route.Times;
import dev.gantry.docker.route.Versions;
import dev.gantry.docker.volume.VolumeRoutes;
import dev.gantry.engine.Gantry;
import dev.gantry.engine.container.Container;
import dev.gantry.images.image.ImageSummary;
import dev.gantry.images.image.Layers;
import dev.gantry.images.registry.Proxies;
import dev.gantry.images.snapshot.Storage;
import dev.gantry.images.snapshot.StorageDriver;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// The daemon about itself.
public final class SystemRoutes {
    private static final String DOCKERS = "28.2.2";

    private final ApiResponse ping;

    private final Gantry engine;
    private final @Nullable Builder builder;
    private final HostFacts host;
    private final Supplier<DaemonSettings> settings;
    private final Clock clock;

    /// @param builder null: there is none
    /// @param sessions whether BuildKit's doors are open
    public SystemRoutes(
            Gantry engine,
            @Nullable Builder builder,
            boolean sessions,
            HostFacts host,
            Supplier<DaemonSettings> settings,
            Clock clock) {
        this.ping = new ApiResponse.Bytes(
                200,
                "text/plain; charset=utf-8",
                "OK".getBytes(StandardCharsets.US_ASCII),
                Map.of(
                        "Builder-Version", sessions ? "2" : "1",
                        "Cache-Control", "no-cache, no-store, must-revalidate",
                        "Pragma", "no-cache",
                        "Swarm", "inactive"));
        this.builder = builder;
        this.settings = settings;
        this.engine = engine;
        this.host = host;
        this.clock = clock;
    }

    public void addTo(Routes routes) {
        routes.add("GET", "/_ping", _ -> ping)
                .add("HEAD", "/_ping", _ -> ping)
                .add("GET", "/version", this::version)
                .add("GET", "/info", this::info)
                .add("GET", "/system/df", this::diskUsage);
    }

    /// The dockerd whose interface this is, and our own version: clients refuse engines that are older than they know.
    private String asDocker() {
        return DOCKERS + "+gantry." + host.version();
    }

    private ApiResponse version(Call call) {
        Map<String, String> details = Map.of(
                "ApiVersion",
                Versions.newest(),
                "MinAPIVersion",
                Versions.oldest(),
                "Arch",
                host.goArchitecture(),
                "Os",
                "linux",
                "KernelVersion",
                host.kernel(),
                "JavaVersion",
                System.getProperty("java.version"),
                "Experimental",
                Boolean.toString(settings.get().experimental()),
                "GitCommit",
                "",
                "BuildTime",
                "",
                "GoVersion",
                "");
        return ApiResponse.json(new Version(
                new PlatformName("Gantry"),
                List.of(new VersionComponent("Engine", host.version(), details)),
                asDocker(),
                Versions.newest(),
                Versions.oldest(),
                "",
                "",
                "linux",
                host.goArchitecture(),
                host.kernel(),
                settings.get().experimental() ? true : null,
                null));
    }

    /// What is built in, and the managed plugins of this type that are enabled.
    private List<String> with(List<String> builtIn, String type) {
        List<String> all = new ArrayList<>(builtIn);
        engine.plugins().list().stream()
                .filter(p -> p.enabled() && p.config().is(type))
                .forEach(p -> all.add(p.name()));
        return all;
    }

    /// Without steps of builds, which are nobody's containers.
    private List<Container> containers() {
        return engine.containers().list().stream()
                .filter(c -> !Layers.isLent(c.spec().image()))
                .toList();
    }

    private ApiResponse info(Call call) {
        List<Container> all = containers();
        int alive = (int) all.stream().filter(Container::isRunning).count();
        int paused = (int) all.stream().filter(Container::isPaused).count();
        String root = engine.options().dataRoot().toString();
        boolean rootless = !host.rootlessNet().isEmpty();
        // An ordinary user's engine makes no control groups.
        boolean limits = !rootless;
        DaemonSettings told = settings.get();
        String logDriver = told.containers().log().type();
        Proxies proxies = engine.options().registries().get().proxies();
        return ApiResponse.json(Info.builder()
                .httpProxy(proxies.http().map(Object::toString).orElse(""))
                .httpsProxy(proxies.https().map(Object::toString).orElse(""))
                .noProxy(String.join(",", proxies.exceptions()))
                .id(host.daemonId(engine.options().dataRoot()))
                .cdiSpecDirs(engine.options().plugins().cdi().stream()
                        .map(Path::toString)
                        .toList())
                .containers(all.size())
                .containersRunning(alive - paused)
                .containersPaused(paused)
                .containersStopped(all.size() - alive)
                .images(engine.images().list().size())
                .driver(engine.storage().driver().word())
                .driverStatus(storage(engine.storage()))
                .plugins(new PluginsInfo(
                        with(List.of("local"), "volumedriver"),
                        with(List.of("bridge", "host", "ipvlan", "macvlan", "null", "overlay"), "networkdriver"),
                        null,
                        List.of("fluentd", "gelf", "journald", "json-file", "local", "none", "syslog")))
                .memoryLimit(limits)
                .swapLimit(limits)
                .cpuCfsPeriod(limits)
                .cpuCfsQuota(limits)
                .cpuShares(limits)
                .cpuSet(limits)
                .pidsLimit(limits)
                .ipv4Forwarding(true)
                .nfd(openDescriptors())
                .threads(Thread.activeCount())
                .systemTime(Times.nano(clock.instant()))
                .loggingDriver(logDriver.isEmpty() ? "json-file" : logDriver)
                .debug(told.debug())
                .experimentalBuild(told.experimental())
                .labels(told.labels())
                .cgroupDriver(rootless ? "none" : "cgroupfs")
                .cgroupVersion(host.cgroupV2() ? "2" : "1")
                .kernelVersion(host.kernel())
                .operatingSystem(host.osName())
                .osVersion(host.osVersion())
                .osType("linux")
                .architecture(host.machine())
                .indexServerAddress("https://index.docker.io/v1/")
                .registryConfig(registries(told))
                .ncpu(host.processors())
                .memTotal(host.memoryBytes())
                .dockerRootDir(root)
                .name(host.hostname())
                .serverVersion(asDocker())
                .runtimes(Map.of("gantry", new Runtime("gantry-shim", null)))
                .defaultRuntime("gantry")
                .swarm(new SwarmInfo("", "", "inactive", false, "", null))
                .liveRestoreEnabled(true)
                .initBinary("gantry-shim")
                .containerdCommit(new Commit(""))
                .runcCommit(new Commit(""))
                .initCommit(new Commit(""))
                .securityOptions(securityOptions(host.rootlessNet()))
                .build());
    }

    private static List<List<String>> storage(Storage storage) {
        if (storage.driver() == StorageDriver.OVERLAY) {
            return List.of(List.of("Backing", "detached overlay mounts"));
        }
        List<String> how = List.of("Backing", "a copy of the image for each container");
        return storage.why().isEmpty() ? List.of(how) : List.of(how, List.of("Because", storage.why()));
    }

    private List<String> securityOptions(String rootlessNet) {
        List<String> all = new ArrayList<>(List.of("name=seccomp,profile=builtin"));
        if (!rootlessNet.isEmpty()) {
            all.add("name=rootless,network=" + rootlessNet);
        }
        if (!engine.options().ids().isSame()) {
            all.add("name=userns");
        }
        return all;
    }

    private static RegistryConfig registries(DaemonSettings told) {
        Map<String, IndexInfo> known = new TreeMap<>();
        known.put("docker.io", new IndexInfo("docker.io", told.mirrors(), true, true));
        for (String insecure : told.insecureRegistries()) {
            known.put(insecure, new IndexInfo(insecure, List.of(), false, false));
        }
        return new RegistryConfig(List.of("::1/128", "127.0.0.0/8"), known, told.mirrors());
    }

    /// Only what is at hand: layers are counted with each image that has them.
    private ApiResponse diskUsage(Call call) {
        List<Container> all = containers();
        List<Container> seen = all.stream().filter(call.access()::sees).toList();
        List<ContainerSummary> containers = Listing.summaries(seen, clock.instant(), engine, call.minor());
        List<dev.gantry.api.image.ImageSummary> images = new ArrayList<>();
        long bytes = 0;
        for (ImageSummary i : engine.images().list()) {
            String id = i.id().digest().toString();
            long users = all.stream().filter(c -> c.images().contains(id)).count();
            images.add(ImageRoutes.summary(i, users));
            bytes += i.size();
        }
        return ApiResponse.json(
                new DiskUsage(bytes, images, containers, VolumeRoutes.usage(engine.volumes()), buildCache()));
    }

    private List<BuildCache> buildCache() {
        return builder == null
                ? List.of()
                : Stream.concat(
                                builder.cached().stream().map(SystemRoutes::buildCache),
                                builder.shelved().stream().map(SystemRoutes::buildCache))
                        .toList();
    }

    private static BuildCache buildCache(Shelf.Row row) {
        return new BuildCache(
                row.id(),
                List.of(),
                row.label().type(),
                row.label().description(),
                row.inUse(),
                false,
                row.bytes(),
                row.created().toString(),
                row.used().toString(),
                0);
    }

    private static BuildCache buildCache(Cache.Row row) {
        return new BuildCache(
                row.id(),
                List.of(),
                "regular",
                row.description(),
                false,
                false,
                row.bytes(),
                row.created().toString(),
                row.used().toString(),
                row.uses());
    }

    private static int openDescriptors() {
        int count = 0;
        try (DirectoryStream<Path> fds = Files.newDirectoryStream(Path.of("/proc/self/fd"))) {
            for (Path _ : fds) {
                count++;
            }
        } catch (IOException e) {
            return -1;
        }
        return count;
    }
}
