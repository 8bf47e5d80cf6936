package dev.gantry.api.system;

import dev.gantry.api.json.Absent;
import dev.gantry.api.json.StringsOrNull;
import io.avaje.jsonb.Json;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The answer of `GET /info`.
@Json
public record Info(
        @Json.Property("ID") String id,
        @Json.Property("Containers") int containers,
        @Json.Property("ContainersRunning") int containersRunning,
        @Json.Property("ContainersPaused") int containersPaused,
        @Json.Property("ContainersStopped") int containersStopped,
        @Json.Property("Images") int images,
        @Json.Property("Driver") String driver,
        @Json.Property("DriverStatus") List<List<String>> driverStatus,
        @Json.Property("Plugins") PluginsInfo plugins,
        @Json.Property("MemoryLimit") boolean memoryLimit,
        @Json.Property("SwapLimit") boolean swapLimit,
        @Json.Property("CpuCfsPeriod") boolean cpuCfsPeriod,
        @Json.Property("CpuCfsQuota") boolean cpuCfsQuota,
        @Json.Property("CPUShares") boolean cpuShares,
        @Json.Property("CPUSet") boolean cpuSet,
        @Json.Property("PidsLimit") boolean pidsLimit,
        @Json.Property("IPv4Forwarding") boolean ipv4Forwarding,
        @Json.Property("Debug") boolean debug,
        @Json.Property("NFd") int nfd,
        @Json.Property("OomKillDisable") boolean oomKillDisable,
        @Json.Property("NGoroutines") int threads,
        @Json.Property("SystemTime") String systemTime,
        @Json.Property("LoggingDriver") String loggingDriver,
        @Json.Property("CgroupDriver") String cgroupDriver,
        @Json.Property("CgroupVersion") @Nullable String cgroupVersion,
        @Json.Property("NEventsListener") int nEventsListener,
        @Json.Property("KernelVersion") String kernelVersion,
        @Json.Property("OperatingSystem") String operatingSystem,
        @Json.Property("OSVersion") String osVersion,
        @Json.Property("OSType") String osType,
        @Json.Property("Architecture") String architecture,
        @Json.Property("IndexServerAddress") String indexServerAddress,
        @Json.Property("RegistryConfig") RegistryConfig registryConfig,
        @Json.Property("NCPU") int ncpu,
        @Json.Property("MemTotal") long memTotal,

        @Json.Property("GenericResources") @Json.Serializer(StringsOrNull.class) @Nullable
        List<String> genericResources,

        @Json.Property("DockerRootDir") String dockerRootDir,
        @Json.Property("HttpProxy") String httpProxy,
        @Json.Property("HttpsProxy") String httpsProxy,
        @Json.Property("NoProxy") String noProxy,
        @Json.Property("Name") String name,
        @Json.Property("Labels") List<String> labels,
        @Json.Property("ExperimentalBuild") boolean experimentalBuild,
        @Json.Property("ServerVersion") String serverVersion,
        @Json.Property("Runtimes") Map<String, Runtime> runtimes,
        @Json.Property("DefaultRuntime") String defaultRuntime,
        @Json.Property("Swarm") SwarmInfo swarm,
        @Json.Property("LiveRestoreEnabled") boolean liveRestoreEnabled,
        @Json.Property("Isolation") String isolation,
        @Json.Property("InitBinary") String initBinary,
        @Json.Property("ContainerdCommit") Commit containerdCommit,
        @Json.Property("RuncCommit") Commit runcCommit,
        @Json.Property("InitCommit") Commit initCommit,
        @Json.Property("SecurityOptions") List<String> securityOptions,
        @Json.Property("CDISpecDirs") List<String> cdiSpecDirs,

        @Json.Property("Warnings") @Json.Serializer(StringsOrNull.class) @Nullable
        List<String> warnings) {
    public Info {
        id = Absent.text(id);
        driver = Absent.text(driver);
        driverStatus = Absent.list(driverStatus);
        plugins = plugins == null ? new PluginsInfo(List.of(), List.of(), null, List.of()) : plugins;
        systemTime = Absent.text(systemTime);
        loggingDriver = Absent.text(loggingDriver);
        cgroupDriver = Absent.text(cgroupDriver);
        kernelVersion = Absent.text(kernelVersion);
        operatingSystem = Absent.text(operatingSystem);
        osVersion = Absent.text(osVersion);
        osType = Absent.text(osType);
        architecture = Absent.text(architecture);
        indexServerAddress = Absent.text(indexServerAddress);
        registryConfig = registryConfig == null ? new RegistryConfig(List.of(), Map.of(), List.of()) : registryConfig;
        dockerRootDir = Absent.text(dockerRootDir);
        httpProxy = Absent.text(httpProxy);
        httpsProxy = Absent.text(httpsProxy);
        noProxy = Absent.text(noProxy);
        name = Absent.text(name);
        labels = Absent.list(labels);
        serverVersion = Absent.text(serverVersion);
        runtimes = Absent.map(runtimes);
        defaultRuntime = Absent.text(defaultRuntime);
        swarm = swarm == null ? new SwarmInfo("", "", "inactive", false, "", null) : swarm;
        isolation = Absent.text(isolation);
        initBinary = Absent.text(initBinary);
        containerdCommit = containerdCommit == null ? new Commit("") : containerdCommit;
        runcCommit = runcCommit == null ? new Commit("") : runcCommit;
        initCommit = initCommit == null ? new Commit("") : initCommit;
        securityOptions = Absent.list(securityOptions);
        cdiSpecDirs = Absent.list(cdiSpecDirs);
    }

    /// Starts with every field absent, zero or empty.
    public static Builder builder() {
        return new Builder();
    }

    /// Starts with the values of this record.
    public Builder toBuilder() {
        Builder b = new Builder();
        b.id = id;
        b.containers = containers;
        b.containersRunning = containersRunning;
        b.containersPaused = containersPaused;
        b.containersStopped = containersStopped;
        b.images = images;
        b.driver = driver;
        b.driverStatus = driverStatus;
        b.plugins = plugins;
        b.memoryLimit = memoryLimit;
        b.swapLimit = swapLimit;
        b.cpuCfsPeriod = cpuCfsPeriod;
        b.cpuCfsQuota = cpuCfsQuota;
        b.cpuShares = cpuShares;
        b.cpuSet = cpuSet;
        b.pidsLimit = pidsLimit;
        b.ipv4Forwarding = ipv4Forwarding;
        b.debug = debug;
        b.nfd = nfd;
        b.oomKillDisable = oomKillDisable;
        b.threads = threads;
        b.systemTime = systemTime;
        b.loggingDriver = loggingDriver;
        b.cgroupDriver = cgroupDriver;
        b.cgroupVersion = cgroupVersion;
        b.nEventsListener = nEventsListener;
        b.kernelVersion = kernelVersion;
        b.operatingSystem = operatingSystem;
        b.osVersion = osVersion;
        b.osType = osType;
        b.architecture = architecture;
        b.indexServerAddress = indexServerAddress;
        b.registryConfig = registryConfig;
        b.ncpu = ncpu;
        b.memTotal = memTotal;
        b.genericResources = genericResources;
        b.dockerRootDir = dockerRootDir;
        b.httpProxy = httpProxy;
        b.httpsProxy = httpsProxy;
        b.noProxy = noProxy;
        b.name = name;
        b.labels = labels;
        b.experimentalBuild = experimentalBuild;
        b.serverVersion = serverVersion;
        b.runtimes = runtimes;
        b.defaultRuntime = defaultRuntime;
        b.swarm = swarm;
        b.liveRestoreEnabled = liveRestoreEnabled;
        b.isolation = isolation;
        b.initBinary = initBinary;
        b.containerdCommit = containerdCommit;
        b.runcCommit = runcCommit;
        b.initCommit = initCommit;
        b.securityOptions = securityOptions;
        b.cdiSpecDirs = cdiSpecDirs;
        b.warnings = warnings;
        return b;
    }

    /// Collects the fields by name.
    public static final class Builder {
        private String id = "";
        private int containers;
        private int containersRunning;
        private int containersPaused;
        private int containersStopped;
        private int images;
        private String driver = "";
        private List<List<String>> driverStatus = List.of();
        private PluginsInfo plugins = new PluginsInfo(List.of(), List.of(), null, List.of());
        private boolean memoryLimit;
        private boolean swapLimit;
        private boolean cpuCfsPeriod;
        private boolean cpuCfsQuota;
        private boolean cpuShares;
        private boolean cpuSet;
        private boolean pidsLimit;
        private boolean ipv4Forwarding;
        private boolean debug;
        private int nfd;
        private boolean oomKillDisable;
        private int threads;
        private String systemTime = "";
        private String loggingDriver = "";
        private String cgroupDriver = "";
        private @Nullable String cgroupVersion;
        private int nEventsListener;
        private String kernelVersion = "";
        private String operatingSystem = "";
        private String osVersion = "";
        private String osType = "";
        private String architecture = "";
        private String indexServerAddress = "";
        private RegistryConfig registryConfig = new RegistryConfig(List.of(), Map.of(), List.of());
        private int ncpu;
        private long memTotal;
        private @Nullable List<String> genericResources;
        private String dockerRootDir = "";
        private String httpProxy = "";
        private String httpsProxy = "";
        private String noProxy = "";
        private String name = "";
        private List<String> labels = List.of();
        private boolean experimentalBuild;
        private String serverVersion = "";
        private Map<String, Runtime> runtimes = Map.of();
        private String defaultRuntime = "";
        private SwarmInfo swarm = new SwarmInfo("", "", "inactive", false, "", null);
        private boolean liveRestoreEnabled;
        private String isolation = "";
        private String initBinary = "";
        private Commit containerdCommit = new Commit("");
        private Commit runcCommit = new Commit("");
        private Commit initCommit = new Commit("");
        private List<String> securityOptions = List.of();
        private List<String> cdiSpecDirs = List.of();
        private @Nullable List<String> warnings;

        private Builder() {}

        public Builder id(String value) {
            id = value;
            return this;
        }

        public Builder containers(int value) {
            containers = value;
            return this;
        }

        public Builder containersRunning(int value) {
            containersRunning = value;
            return this;
        }

        public Builder containersPaused(int value) {
            containersPaused = value;
            return this;
        }

        public Builder containersStopped(int value) {
            containersStopped = value;
            return this;
        }

        public Builder images(int value) {
            images = value;
            return this;
        }

        public Builder driver(String value) {
            driver = value;
            return this;
        }

        public Builder driverStatus(List<List<String>> value) {
            driverStatus = value;
            return this;
        }

        public Builder plugins(PluginsInfo value) {
            plugins = value;
            return this;
        }

        public Builder memoryLimit(boolean value) {
            memoryLimit = value;
            return this;
        }

        public Builder swapLimit(boolean value) {
            swapLimit = value;
            return this;
        }

        public Builder cpuCfsPeriod(boolean value) {
            cpuCfsPeriod = value;
            return this;
        }

        public Builder cpuCfsQuota(boolean value) {
            cpuCfsQuota = value;
            return this;
        }

        public Builder cpuShares(boolean value) {
            cpuShares = value;
            return this;
        }

        public Builder cpuSet(boolean value) {
            cpuSet = value;
            return this;
        }

        public Builder pidsLimit(boolean value) {
            pidsLimit = value;
            return this;
        }

        public Builder ipv4Forwarding(boolean value) {
            ipv4Forwarding = value;
            return this;
        }

        public Builder debug(boolean value) {
            debug = value;
            return this;
        }

        public Builder nfd(int value) {
            nfd = value;
            return this;
        }

        public Builder oomKillDisable(boolean value) {
            oomKillDisable = value;
            return this;
        }

        public Builder threads(int value) {
            threads = value;
            return this;
        }

        public Builder systemTime(String value) {
            systemTime = value;
            return this;
        }

        public Builder loggingDriver(String value) {
            loggingDriver = value;
            return this;
        }

        public Builder cgroupDriver(String value) {
            cgroupDriver = value;
            return this;
        }

        public Builder cgroupVersion(@Nullable String value) {
            cgroupVersion = value;
            return this;
        }

        public Builder nEventsListener(int value) {
            nEventsListener = value;
            return this;
        }

        public Builder kernelVersion(String value) {
            kernelVersion = value;
            return this;
        }

        public Builder operatingSystem(String value) {
            operatingSystem = value;
            return this;
        }

        public Builder osVersion(String value) {
            osVersion = value;
            return this;
        }

        public Builder osType(String value) {
            osType = value;
            return this;
        }

        public Builder architecture(String value) {
            architecture = value;
            return this;
        }

        public Builder indexServerAddress(String value) {
            indexServerAddress = value;
            return this;
        }

        public Builder registryConfig(RegistryConfig value) {
            registryConfig = value;
            return this;
        }

        public Builder ncpu(int value) {
            ncpu = value;
            return this;
        }

        public Builder memTotal(long value) {
            memTotal = value;
            return this;
        }

        public Builder genericResources(@Nullable List<String> value) {
            genericResources = value;
            return this;
        }

        public Builder dockerRootDir(String value) {
            dockerRootDir = value;
            return this;
        }

        public Builder httpProxy(String value) {
            httpProxy = value;
            return this;
        }

        public Builder httpsProxy(String value) {
            httpsProxy = value;
            return this;
        }

        public Builder noProxy(String value) {
            noProxy = value;
            return this;
        }

        public Builder name(String value) {
            name = value;
            return this;
        }

        public Builder labels(List<String> value) {
            labels = value;
            return this;
        }

        public Builder experimentalBuild(boolean value) {
            experimentalBuild = value;
            return this;
        }

        public Builder serverVersion(String value) {
            serverVersion = value;
            return this;
        }

        public Builder runtimes(Map<String, Runtime> value) {
            runtimes = value;
            return this;
        }

        public Builder defaultRuntime(String value) {
            defaultRuntime = value;
            return this;
        }

        public Builder swarm(SwarmInfo value) {
            swarm = value;
            return this;
        }

        public Builder liveRestoreEnabled(boolean value) {
            liveRestoreEnabled = value;
            return this;
        }

        public Builder isolation(String value) {
            isolation = value;
            return this;
        }

        public Builder initBinary(String value) {
            initBinary = value;
            return this;
        }

        public Builder containerdCommit(Commit value) {
            containerdCommit = value;
            return this;
        }

        public Builder runcCommit(Commit value) {
            runcCommit = value;
            return this;
        }

        public Builder initCommit(Commit value) {
            initCommit = value;
            return this;
        }

        public Builder securityOptions(List<String> value) {
            securityOptions = value;
            return this;
        }

        public Builder cdiSpecDirs(List<String> value) {
            cdiSpecDirs = value;
            return this;
        }

        public Builder warnings(@Nullable List<String> value) {
            warnings = value;
            return this;
        }

        public Info build() {
            return new Info(
                    id,
                    containers,
                    containersRunning,
                    containersPaused,
                    containersStopped,
                    images,
                    driver,
                    driverStatus,
                    plugins,
                    memoryLimit,
                    swapLimit,
                    cpuCfsPeriod,
                    cpuCfsQuota,
                    cpuShares,
                    cpuSet,
                    pidsLimit,
                    ipv4Forwarding,
                    debug,
                    nfd,
                    oomKillDisable,
                    threads,
                    systemTime,
                    loggingDriver,
                    cgroupDriver,
                    cgroupVersion,
                    nEventsListener,
                    kernelVersion,
                    operatingSystem,
                    osVersion,
                    osType,
                    architecture,
                    indexServerAddress,
                    registryConfig,
                    ncpu,
                    memTotal,
                    genericResources,
                    dockerRootDir,
                    httpProxy,
                    httpsProxy,
                    noProxy,
                    name,
                    labels,
                    experimentalBuild,
                    serverVersion,
                    runtimes,
                    defaultRuntime,
                    swarm,
                    liveRestoreEnabled,
                    isolation,
                    initBinary,
                    containerdCommit,
                    runcCommit,
                    initCommit,
                    securityOptions,
                    cdiSpecDirs,
                    warnings);
        }
    }
}
