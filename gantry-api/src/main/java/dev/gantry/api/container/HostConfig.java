package dev.gantry.api.container;

import dev.gantry.api.json.Absent;
import dev.gantry.api.json.FlagOrNull;
import dev.gantry.api.json.NumberOrNull;
import dev.gantry.api.json.StrSlice;
import dev.gantry.api.json.StringsOrNull;
import io.avaje.jsonb.Json;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What the host gives to a container, and what it forbids.
@Json
public record HostConfig(
        @Json.Property("Binds") @Json.Serializer(StringsOrNull.class) @Nullable
        List<String> binds,

        @Json.Property("ContainerIDFile") String containerIdFile,
        @Json.Property("LogConfig") LogConfig logConfig,
        @Json.Property("NetworkMode") String networkMode,
        @Json.Property("PortBindings") Map<String, List<PortBinding>> portBindings,
        @Json.Property("RestartPolicy") RestartPolicy restartPolicy,
        @Json.Property("AutoRemove") boolean autoRemove,
        @Json.Property("VolumeDriver") String volumeDriver,

        @Json.Property("VolumesFrom") @Json.Serializer(StringsOrNull.class) @Nullable
        List<String> volumesFrom,

        @Json.Property("ConsoleSize") List<Integer> consoleSize,
        @Json.Property("Annotations") @Nullable Map<String, String> annotations,

        @Json.Property("CapAdd") @Json.Serializer(StrSlice.class) @Nullable
        List<String> capAdd,

        @Json.Property("CapDrop") @Json.Serializer(StrSlice.class) @Nullable
        List<String> capDrop,

        @Json.Property("CgroupnsMode") String cgroupnsMode,

        @Json.Property("Dns") @Json.Serializer(StringsOrNull.class) @Nullable
        List<String> dns,

        @Json.Property("DnsOptions") @Json.Serializer(StringsOrNull.class) @Nullable
        List<String> dnsOptions,

        @Json.Property("DnsSearch") @Json.Serializer(StringsOrNull.class) @Nullable
        List<String> dnsSearch,

        @Json.Property("ExtraHosts") @Json.Serializer(StringsOrNull.class) @Nullable
        List<String> extraHosts,

        @Json.Property("GroupAdd") @Json.Serializer(StringsOrNull.class) @Nullable
        List<String> groupAdd,

        @Json.Property("IpcMode") String ipcMode,
        @Json.Property("Cgroup") String cgroup,

        @Json.Property("Links") @Json.Serializer(StringsOrNull.class) @Nullable
        List<String> links,

        @Json.Property("OomScoreAdj") int oomScoreAdj,
        @Json.Property("PidMode") String pidMode,
        @Json.Property("Privileged") boolean privileged,
        @Json.Property("PublishAllPorts") boolean publishAllPorts,
        @Json.Property("ReadonlyRootfs") boolean readonlyRootfs,

        @Json.Property("SecurityOpt") @Json.Serializer(StringsOrNull.class) @Nullable
        List<String> securityOpt,

        @Json.Property("StorageOpt") @Nullable Map<String, String> storageOpt,
        @Json.Property("Tmpfs") @Nullable Map<String, String> tmpfs,
        @Json.Property("UTSMode") String utsMode,
        @Json.Property("UsernsMode") String usernsMode,
        @Json.Property("ShmSize") long shmSize,
        @Json.Property("Sysctls") @Nullable Map<String, String> sysctls,
        @Json.Property("Runtime") @Nullable String runtime,
        @Json.Property("Isolation") String isolation,
        @Json.Property("CpuShares") long cpuShares,
        @Json.Property("Memory") long memory,
        @Json.Property("NanoCpus") long nanoCpus,
        @Json.Property("CgroupParent") String cgroupParent,
        @Json.Property("BlkioWeight") int blkioWeight,
        @Json.Property("BlkioWeightDevice") List<WeightDevice> blkioWeightDevice,
        @Json.Property("BlkioDeviceReadBps") List<ThrottleDevice> blkioDeviceReadBps,
        @Json.Property("BlkioDeviceWriteBps") List<ThrottleDevice> blkioDeviceWriteBps,
        @Json.Property("BlkioDeviceReadIOps") List<ThrottleDevice> blkioDeviceReadIOps,
        @Json.Property("BlkioDeviceWriteIOps") List<ThrottleDevice> blkioDeviceWriteIOps,
        @Json.Property("CpuPeriod") long cpuPeriod,
        @Json.Property("CpuQuota") long cpuQuota,
        @Json.Property("CpuRealtimePeriod") long cpuRealtimePeriod,
        @Json.Property("CpuRealtimeRuntime") long cpuRealtimeRuntime,
        @Json.Property("CpusetCpus") String cpusetCpus,
        @Json.Property("CpusetMems") String cpusetMems,
        @Json.Property("Devices") List<DeviceMapping> devices,

        @Json.Property("DeviceCgroupRules") @Json.Serializer(StringsOrNull.class) @Nullable
        List<String> deviceCgroupRules,

        @Json.Property("DeviceRequests") @Nullable List<DeviceRequest> deviceRequests,
        @Json.Property("MemoryReservation") long memoryReservation,
        @Json.Property("MemorySwap") long memorySwap,

        @Json.Property("MemorySwappiness") @Json.Serializer(NumberOrNull.class) @Nullable
        Long memorySwappiness,

        @Json.Property("OomKillDisable") @Json.Serializer(FlagOrNull.class) @Nullable
        Boolean oomKillDisable,

        @Json.Property("PidsLimit") @Json.Serializer(NumberOrNull.class) @Nullable
        Long pidsLimit,

        @Json.Property("Ulimits") List<Ulimit> ulimits,
        @Json.Property("CpuCount") long cpuCount,
        @Json.Property("CpuPercent") long cpuPercent,
        @Json.Property("IOMaximumIOps") long ioMaximumIops,
        @Json.Property("IOMaximumBandwidth") long ioMaximumBandwidth,
        @Json.Property("Mounts") @Nullable List<Mount> mounts,

        @Json.Property("MaskedPaths") @Json.Serializer(StringsOrNull.class) @Nullable
        List<String> maskedPaths,

        @Json.Property("ReadonlyPaths") @Json.Serializer(StringsOrNull.class) @Nullable
        List<String> readonlyPaths,

        @Json.Property("Init") @Nullable Boolean init) {
    public HostConfig {
        containerIdFile = Absent.text(containerIdFile);
        logConfig = logConfig == null ? LogConfig.DEFAULT : logConfig;
        networkMode = Absent.text(networkMode);
        portBindings = Absent.map(portBindings);
        restartPolicy = restartPolicy == null ? RestartPolicy.NEVER : restartPolicy;
        volumeDriver = Absent.text(volumeDriver);
        consoleSize = Absent.list(consoleSize);
        cgroupnsMode = Absent.text(cgroupnsMode);
        ipcMode = Absent.text(ipcMode);
        cgroup = Absent.text(cgroup);
        pidMode = Absent.text(pidMode);
        utsMode = Absent.text(utsMode);
        usernsMode = Absent.text(usernsMode);
        isolation = Absent.text(isolation);
        cgroupParent = Absent.text(cgroupParent);
        blkioWeightDevice = Absent.list(blkioWeightDevice);
        blkioDeviceReadBps = Absent.list(blkioDeviceReadBps);
        blkioDeviceWriteBps = Absent.list(blkioDeviceWriteBps);
        blkioDeviceReadIOps = Absent.list(blkioDeviceReadIOps);
        blkioDeviceWriteIOps = Absent.list(blkioDeviceWriteIOps);
        cpusetCpus = Absent.text(cpusetCpus);
        cpusetMems = Absent.text(cpusetMems);
        devices = Absent.list(devices);
        ulimits = Absent.list(ulimits);
    }

    /// Starts with every field absent, zero or empty.
    public static Builder builder() {
        return new Builder();
    }

    /// Starts with the values of this record.
    public Builder toBuilder() {
        Builder b = new Builder();
        b.binds = binds;
        b.containerIdFile = containerIdFile;
        b.logConfig = logConfig;
        b.networkMode = networkMode;
        b.portBindings = portBindings;
        b.restartPolicy = restartPolicy;
        b.autoRemove = autoRemove;
        b.volumeDriver = volumeDriver;
        b.volumesFrom = volumesFrom;
        b.consoleSize = consoleSize;
        b.annotations = annotations;
        b.capAdd = capAdd;
        b.capDrop = capDrop;
        b.cgroupnsMode = cgroupnsMode;
        b.dns = dns;
        b.dnsOptions = dnsOptions;
        b.dnsSearch = dnsSearch;
        b.extraHosts = extraHosts;
        b.groupAdd = groupAdd;
        b.ipcMode = ipcMode;
        b.cgroup = cgroup;
        b.links = links;
        b.oomScoreAdj = oomScoreAdj;
        b.pidMode = pidMode;
        b.privileged = privileged;
        b.publishAllPorts = publishAllPorts;
        b.readonlyRootfs = readonlyRootfs;
        b.securityOpt = securityOpt;
        b.storageOpt = storageOpt;
        b.tmpfs = tmpfs;
        b.utsMode = utsMode;
        b.usernsMode = usernsMode;
        b.shmSize = shmSize;
        b.sysctls = sysctls;
        b.runtime = runtime;
        b.isolation = isolation;
        b.cpuShares = cpuShares;
        b.memory = memory;
        b.nanoCpus = nanoCpus;
        b.cgroupParent = cgroupParent;
        b.blkioWeight = blkioWeight;
        b.blkioWeightDevice = blkioWeightDevice;
        b.blkioDeviceReadBps = blkioDeviceReadBps;
        b.blkioDeviceWriteBps = blkioDeviceWriteBps;
        b.blkioDeviceReadIOps = blkioDeviceReadIOps;
        b.blkioDeviceWriteIOps = blkioDeviceWriteIOps;
        b.cpuPeriod = cpuPeriod;
        b.cpuQuota = cpuQuota;
        b.cpuRealtimePeriod = cpuRealtimePeriod;
        b.cpuRealtimeRuntime = cpuRealtimeRuntime;
        b.cpusetCpus = cpusetCpus;
        b.cpusetMems = cpusetMems;
        b.devices = devices;
        b.deviceCgroupRules = deviceCgroupRules;
        b.deviceRequests = deviceRequests;
        b.memoryReservation = memoryReservation;
        b.memorySwap = memorySwap;
        b.memorySwappiness = memorySwappiness;
        b.oomKillDisable = oomKillDisable;
        b.pidsLimit = pidsLimit;
        b.ulimits = ulimits;
        b.cpuCount = cpuCount;
        b.cpuPercent = cpuPercent;
        b.ioMaximumIops = ioMaximumIops;
        b.ioMaximumBandwidth = ioMaximumBandwidth;
        b.mounts = mounts;
        b.maskedPaths = maskedPaths;
        b.readonlyPaths = readonlyPaths;
        b.init = init;
        return b;
    }

    /// Collects the fields by name.
    public static final class Builder {
        private @Nullable List<String> binds;
        private String containerIdFile = "";
        private LogConfig logConfig = LogConfig.DEFAULT;
        private String networkMode = "";
        private Map<String, List<PortBinding>> portBindings = Map.of();
        private RestartPolicy restartPolicy = RestartPolicy.NEVER;
        private boolean autoRemove;
        private String volumeDriver = "";
        private @Nullable List<String> volumesFrom;
        private List<Integer> consoleSize = List.of();
        private @Nullable Map<String, String> annotations;
        private @Nullable List<String> capAdd;
        private @Nullable List<String> capDrop;
        private String cgroupnsMode = "";
        private @Nullable List<String> dns;
        private @Nullable List<String> dnsOptions;
        private @Nullable List<String> dnsSearch;
        private @Nullable List<String> extraHosts;
        private @Nullable List<String> groupAdd;
        private String ipcMode = "";
        private String cgroup = "";
        private @Nullable List<String> links;
        private int oomScoreAdj;
        private String pidMode = "";
        private boolean privileged;
        private boolean publishAllPorts;
        private boolean readonlyRootfs;
        private @Nullable List<String> securityOpt;
        private @Nullable Map<String, String> storageOpt;
        private @Nullable Map<String, String> tmpfs;
        private String utsMode = "";
        private String usernsMode = "";
        private long shmSize;
        private @Nullable Map<String, String> sysctls;
        private @Nullable String runtime;
        private String isolation = "";
        private long cpuShares;
        private long memory;
        private long nanoCpus;
        private String cgroupParent = "";
        private int blkioWeight;
        private List<WeightDevice> blkioWeightDevice = List.of();
        private List<ThrottleDevice> blkioDeviceReadBps = List.of();
        private List<ThrottleDevice> blkioDeviceWriteBps = List.of();
        private List<ThrottleDevice> blkioDeviceReadIOps = List.of();
        private List<ThrottleDevice> blkioDeviceWriteIOps = List.of();
        private long cpuPeriod;
        private long cpuQuota;
        private long cpuRealtimePeriod;
        private long cpuRealtimeRuntime;
        private String cpusetCpus = "";
        private String cpusetMems = "";
        private List<DeviceMapping> devices = List.of();
        private @Nullable List<String> deviceCgroupRules;
        private @Nullable List<DeviceRequest> deviceRequests;
        private long memoryReservation;
        private long memorySwap;
        private @Nullable Long memorySwappiness;
        private @Nullable Boolean oomKillDisable;
        private @Nullable Long pidsLimit;
        private List<Ulimit> ulimits = List.of();
        private long cpuCount;
        private long cpuPercent;
        private long ioMaximumIops;
        private long ioMaximumBandwidth;
        private @Nullable List<Mount> mounts;
        private @Nullable List<String> maskedPaths;
        private @Nullable List<String> readonlyPaths;
        private @Nullable Boolean init;

        private Builder() {}

        public Builder binds(@Nullable List<String> value) {
            binds = value;
            return this;
        }

        public Builder containerIdFile(String value) {
            containerIdFile = value;
            return this;
        }

        public Builder logConfig(LogConfig value) {
            logConfig = value;
            return this;
        }

        public Builder networkMode(String value) {
            networkMode = value;
            return this;
        }

        public Builder portBindings(Map<String, List<PortBinding>> value) {
            portBindings = value;
            return this;
        }

        public Builder restartPolicy(RestartPolicy value) {
            restartPolicy = value;
            return this;
        }

        public Builder autoRemove(boolean value) {
            autoRemove = value;
            return this;
        }

        public Builder volumeDriver(String value) {
            volumeDriver = value;
            return this;
        }

        public Builder volumesFrom(@Nullable List<String> value) {
            volumesFrom = value;
            return this;
        }

        public Builder consoleSize(List<Integer> value) {
            consoleSize = value;
            return this;
        }

        public Builder annotations(@Nullable Map<String, String> value) {
            annotations = value;
            return this;
        }

        public Builder capAdd(@Nullable List<String> value) {
            capAdd = value;
            return this;
        }

        public Builder capDrop(@Nullable List<String> value) {
            capDrop = value;
            return this;
        }

        public Builder cgroupnsMode(String value) {
            cgroupnsMode = value;
            return this;
        }

        public Builder dns(@Nullable List<String> value) {
            dns = value;
            return this;
        }

        public Builder dnsOptions(@Nullable List<String> value) {
            dnsOptions = value;
            return this;
        }

        public Builder dnsSearch(@Nullable List<String> value) {
            dnsSearch = value;
            return this;
        }

        public Builder extraHosts(@Nullable List<String> value) {
            extraHosts = value;
            return this;
        }

        public Builder groupAdd(@Nullable List<String> value) {
            groupAdd = value;
            return this;
        }

        public Builder ipcMode(String value) {
            ipcMode = value;
            return this;
        }

        public Builder cgroup(String value) {
            cgroup = value;
            return this;
        }

        public Builder links(@Nullable List<String> value) {
            links = value;
            return this;
        }

        public Builder oomScoreAdj(int value) {
            oomScoreAdj = value;
            return this;
        }

        public Builder pidMode(String value) {
            pidMode = value;
            return this;
        }

        public Builder privileged(boolean value) {
            privileged = value;
            return this;
        }

        public Builder publishAllPorts(boolean value) {
            publishAllPorts = value;
            return this;
        }

        public Builder readonlyRootfs(boolean value) {
            readonlyRootfs = value;
            return this;
        }

        public Builder securityOpt(@Nullable List<String> value) {
            securityOpt = value;
            return this;
        }

        public Builder storageOpt(@Nullable Map<String, String> value) {
            storageOpt = value;
            return this;
        }

        public Builder tmpfs(@Nullable Map<String, String> value) {
            tmpfs = value;
            return this;
        }

        public Builder utsMode(String value) {
            utsMode = value;
            return this;
        }

        public Builder usernsMode(String value) {
            usernsMode = value;
            return this;
        }

        public Builder shmSize(long value) {
            shmSize = value;
            return this;
        }

        public Builder sysctls(@Nullable Map<String, String> value) {
            sysctls = value;
            return this;
        }

        public Builder runtime(@Nullable String value) {
            runtime = value;
            return this;
        }

        public Builder isolation(String value) {
            isolation = value;
            return this;
        }

        public Builder cpuShares(long value) {
            cpuShares = value;
            return this;
        }

        public Builder memory(long value) {
            memory = value;
            return this;
        }

        public Builder nanoCpus(long value) {
            nanoCpus = value;
            return this;
        }

        public Builder cgroupParent(String value) {
            cgroupParent = value;
            return this;
        }

        public Builder blkioWeight(int value) {
            blkioWeight = value;
            return this;
        }

        public Builder blkioWeightDevice(List<WeightDevice> value) {
            blkioWeightDevice = value;
            return this;
        }

        public Builder blkioDeviceReadBps(List<ThrottleDevice> value) {
            blkioDeviceReadBps = value;
            return this;
        }

        public Builder blkioDeviceWriteBps(List<ThrottleDevice> value) {
            blkioDeviceWriteBps = value;
            return this;
        }

        public Builder blkioDeviceReadIOps(List<ThrottleDevice> value) {
            blkioDeviceReadIOps = value;
            return this;
        }

        public Builder blkioDeviceWriteIOps(List<ThrottleDevice> value) {
            blkioDeviceWriteIOps = value;
            return this;
        }

        public Builder cpuPeriod(long value) {
            cpuPeriod = value;
            return this;
        }

        public Builder cpuQuota(long value) {
            cpuQuota = value;
            return this;
        }

        public Builder cpuRealtimePeriod(long value) {
            cpuRealtimePeriod = value;
            return this;
        }

        public Builder cpuRealtimeRuntime(long value) {
            cpuRealtimeRuntime = value;
            return this;
        }

        public Builder cpusetCpus(String value) {
            cpusetCpus = value;
            return this;
        }

        public Builder cpusetMems(String value) {
            cpusetMems = value;
            return this;
        }

        public Builder devices(List<DeviceMapping> value) {
            devices = value;
            return this;
        }

        public Builder deviceCgroupRules(@Nullable List<String> value) {
            deviceCgroupRules = value;
            return this;
        }

        public Builder deviceRequests(@Nullable List<DeviceRequest> value) {
            deviceRequests = value;
            return this;
        }

        public Builder memoryReservation(long value) {
            memoryReservation = value;
            return this;
        }

        public Builder memorySwap(long value) {
            memorySwap = value;
            return this;
        }

        public Builder memorySwappiness(@Nullable Long value) {
            memorySwappiness = value;
            return this;
        }

        public Builder oomKillDisable(@Nullable Boolean value) {
            oomKillDisable = value;
            return this;
        }

        public Builder pidsLimit(@Nullable Long value) {
            pidsLimit = value;
            return this;
        }

        public Builder ulimits(List<Ulimit> value) {
            ulimits = value;
            return this;
        }

        public Builder cpuCount(long value) {
            cpuCount = value;
            return this;
        }

        public Builder cpuPercent(long value) {
            cpuPercent = value;
            return this;
        }

        public Builder ioMaximumIops(long value) {
            ioMaximumIops = value;
            return this;
        }

        public Builder ioMaximumBandwidth(long value) {
            ioMaximumBandwidth = value;
            return this;
        }

        public Builder mounts(@Nullable List<Mount> value) {
            mounts = value;
            return this;
        }

        public Builder maskedPaths(@Nullable List<String> value) {
            maskedPaths = value;
            return this;
        }

        public Builder readonlyPaths(@Nullable List<String> value) {
            readonlyPaths = value;
            return this;
        }

        public Builder init(@Nullable Boolean value) {
            init = value;
            return this;
        }

        public HostConfig build() {
            return new HostConfig(
                    binds,
                    containerIdFile,
                    logConfig,
                    networkMode,
                    portBindings,
                    restartPolicy,
                    autoRemove,
                    volumeDriver,
                    volumesFrom,
                    consoleSize,
                    annotations,
                    capAdd,
                    capDrop,
                    cgroupnsMode,
                    dns,
                    dnsOptions,
                    dnsSearch,
                    extraHosts,
                    groupAdd,
                    ipcMode,
                    cgroup,
                    links,
                    oomScoreAdj,
                    pidMode,
                    privileged,
                    publishAllPorts,
                    readonlyRootfs,
                    securityOpt,
                    storageOpt,
                    tmpfs,
                    utsMode,
                    usernsMode,
                    shmSize,
                    sysctls,
                    runtime,
                    isolation,
                    cpuShares,
                    memory,
                    nanoCpus,
                    cgroupParent,
                    blkioWeight,
                    blkioWeightDevice,
                    blkioDeviceReadBps,
                    blkioDeviceWriteBps,
                    blkioDeviceReadIOps,
                    blkioDeviceWriteIOps,
                    cpuPeriod,
                    cpuQuota,
                    cpuRealtimePeriod,
                    cpuRealtimeRuntime,
                    cpusetCpus,
                    cpusetMems,
                    devices,
                    deviceCgroupRules,
                    deviceRequests,
                    memoryReservation,
                    memorySwap,
                    memorySwappiness,
                    oomKillDisable,
                    pidsLimit,
                    ulimits,
                    cpuCount,
                    cpuPercent,
                    ioMaximumIops,
                    ioMaximumBandwidth,
                    mounts,
                    maskedPaths,
                    readonlyPaths,
                    init);
        }
    }
}
