package dev.gantry.api.container;

import dev.gantry.api.json.Absent;
import io.avaje.jsonb.Json;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The body of `POST /containers/{id}/update`. What is zero, empty or absent is left as it is.
@Json
public record UpdateRequest(
        @Json.Property("Memory") long memory,
        @Json.Property("MemorySwap") long memorySwap,
        @Json.Property("MemoryReservation") long memoryReservation,
        @Json.Property("NanoCpus") long nanoCpus,
        @Json.Property("CpuQuota") long cpuQuota,
        @Json.Property("CpuPeriod") long cpuPeriod,
        @Json.Property("CpuShares") long cpuShares,
        @Json.Property("CpusetCpus") String cpusetCpus,
        @Json.Property("CpusetMems") String cpusetMems,
        @Json.Property("PidsLimit") @Nullable Long pidsLimit,
        @Json.Property("RestartPolicy") @Nullable RestartPolicy restartPolicy,
        @Json.Property("BlkioWeight") int blkioWeight,
        @Json.Property("BlkioWeightDevice") List<WeightDevice> blkioWeightDevice,
        @Json.Property("BlkioDeviceReadBps") List<ThrottleDevice> blkioDeviceReadBps,
        @Json.Property("BlkioDeviceWriteBps") List<ThrottleDevice> blkioDeviceWriteBps,
        @Json.Property("BlkioDeviceReadIOps") List<ThrottleDevice> blkioDeviceReadIOps,
        @Json.Property("BlkioDeviceWriteIOps") List<ThrottleDevice> blkioDeviceWriteIOps,
        @Json.Property("CpuRealtimePeriod") long cpuRealtimePeriod,
        @Json.Property("CpuRealtimeRuntime") long cpuRealtimeRuntime,
        @Json.Property("KernelMemory") long kernelMemory,
        @Json.Property("MemorySwappiness") @Nullable Long memorySwappiness,
        @Json.Property("OomKillDisable") @Nullable Boolean oomKillDisable,
        @Json.Property("Ulimits") List<Ulimit> ulimits,
        @Json.Property("Devices") List<DeviceMapping> devices) {
    public UpdateRequest {
        cpusetCpus = Absent.text(cpusetCpus);
        cpusetMems = Absent.text(cpusetMems);
        blkioWeightDevice = Absent.list(blkioWeightDevice);
        blkioDeviceReadBps = Absent.list(blkioDeviceReadBps);
        blkioDeviceWriteBps = Absent.list(blkioDeviceWriteBps);
        blkioDeviceReadIOps = Absent.list(blkioDeviceReadIOps);
        blkioDeviceWriteIOps = Absent.list(blkioDeviceWriteIOps);
        ulimits = Absent.list(ulimits);
        devices = Absent.list(devices);
    }

    /// The limits that can be changed, from a configuration in which they are; and the restart policy, unless null.
    public static UpdateRequest of(HostConfig limits, @Nullable RestartPolicy policy) {
        return new UpdateRequest(
                limits.memory(),
                limits.memorySwap(),
                limits.memoryReservation(),
                limits.nanoCpus(),
                limits.cpuQuota(),
                limits.cpuPeriod(),
                limits.cpuShares(),
                limits.cpusetCpus(),
                limits.cpusetMems(),
                limits.pidsLimit(),
                policy,
                0,
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                0,
                0,
                0,
                null,
                null,
                List.of(),
                List.of());
    }
}
