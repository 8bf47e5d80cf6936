package dev.gantry.api.container;

import dev.gantry.api.json.Absent;
import io.avaje.jsonb.Json;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What a container uses, and what it had used when `precpu_stats` was read. One that does not run has no numbers.
@Json
public record ContainerStats(
        @Json.Property("name") String name,
        @Json.Property("id") String id,
        @Json.Property("read") String read,
        @Json.Property("preread") String preread,
        @Json.Property("pids_stats") @Nullable Pids pids,
        @Json.Property("blkio_stats") @Nullable BlockIo blockIo,
        @Json.Property("num_procs") int numProcs,
        @Json.Property("storage_stats") Map<String, Long> storage,
        @Json.Property("cpu_stats") @Nullable Cpu cpu,
        @Json.Property("precpu_stats") @Nullable Cpu precpu,
        @Json.Property("memory_stats") @Nullable Memory memory,
        @Json.Property("networks") @Nullable Map<String, Network> networks) {
    public ContainerStats {
        name = Absent.text(name);
        id = Absent.text(id);
        read = Absent.text(read);
        preread = Absent.text(preread);
        storage = Absent.map(storage);
    }

    @Json
    public record Pids(
            @Json.Property("current") @Nullable Long current,
            @Json.Property("limit") @Nullable Long limit) {}

    /// The lists that no kernel of ours fills are left out.
    @Json
    public record BlockIo(
            @Json.Property("io_service_bytes_recursive") List<Entry> serviceBytes) {
        public BlockIo {
            serviceBytes = Absent.list(serviceBytes);
        }

        @Json
        public record Entry(
                @Json.Property("major") long major,
                @Json.Property("minor") long minor,
                @Json.Property("op") String operation,
                @Json.Property("value") long value) {
            public Entry {
                operation = Absent.text(operation);
            }
        }
    }

    @Json
    public record Cpu(
            @Json.Property("cpu_usage") Usage usage,
            @Json.Property("system_cpu_usage") @Nullable Long systemUsage,
            @Json.Property("online_cpus") @Nullable Integer online,
            @Json.Property("throttling_data") Throttling throttling) {
        public static final Cpu NONE = new Cpu(new Usage(0, null, 0, 0), null, null, new Throttling(0, 0, 0));

        @Json
        public record Usage(
                @Json.Property("total_usage") long total,
                @Json.Property("percpu_usage") @Nullable List<Long> perCpu,
                @Json.Property("usage_in_kernelmode") long kernel,
                @Json.Property("usage_in_usermode") long user) {}

        @Json
        public record Throttling(
                @Json.Property("periods") long periods,
                @Json.Property("throttled_periods") long throttledPeriods,
                @Json.Property("throttled_time") long throttledTime) {}
    }

    @Json
    public record Memory(
            @Json.Property("usage") @Nullable Long usage,
            @Json.Property("max_usage") @Nullable Long maxUsage,
            @Json.Property("stats") @Nullable Map<String, Long> stats,
            @Json.Property("failcnt") @Nullable Long failures,
            @Json.Property("limit") @Nullable Long limit) {
        public static final Memory NONE = new Memory(null, null, null, null, null);
    }

    @Json
    public record Network(
            @Json.Property("rx_bytes") long rxBytes,
            @Json.Property("rx_packets") long rxPackets,
            @Json.Property("rx_errors") long rxErrors,
            @Json.Property("rx_dropped") long rxDropped,
            @Json.Property("tx_bytes") long txBytes,
            @Json.Property("tx_packets") long txPackets,
            @Json.Property("tx_errors") long txErrors,
            @Json.Property("tx_dropped") long txDropped) {}
}
