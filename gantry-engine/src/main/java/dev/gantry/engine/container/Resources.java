package dev.gantry.engine.container;

import io.avaje.jsonb.Json;
import java.util.List;

/// Limits. Zero and empty mean: none asked for. `memorySwapBytes` is memory and swap together, -1 without end, 0 twice
/// the memory; `cpuNanos` is billionths of a processor per second; `pidsLimit` -1 is also none.
@Json
public record Resources(
        @Json.Property("MemoryBytes") long memoryBytes,
        @Json.Property("MemorySwapBytes") long memorySwapBytes,
        @Json.Property("MemoryReservationBytes") long memoryReservationBytes,
        @Json.Property("CpuNanos") long cpuNanos,
        @Json.Property("CpuQuotaMicros") long cpuQuotaMicros,
        @Json.Property("CpuPeriodMicros") long cpuPeriodMicros,
        @Json.Property("CpuShares") long cpuShares,
        @Json.Property("CpusetCpus") String cpusetCpus,
        @Json.Property("CpusetMems") String cpusetMems,
        @Json.Property("PidsLimit") long pidsLimit,
        @Json.Property("ShmBytes") long shmBytes,
        @Json.Property("OomScoreAdj") int oomScoreAdj,
        @Json.Property("Ulimits") List<Ulimit> ulimits) {
    public static final Resources NONE = new Resources(0, 0, 0, 0, 0, 0, 0, "", "", 0, 0, 0, List.of());

    public Resources {
        ulimits = List.copyOf(ulimits);
    }

    /// A limit by its name without `RLIMIT_`, in lower case: `nofile`. -1 is without end.
    @Json
    public record Ulimit(
            @Json.Property("Name") String name,
            @Json.Property("Soft") long soft,
            @Json.Property("Hard") long hard) {}
}
