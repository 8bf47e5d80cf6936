package dev.gantry.engine.container;

import io.avaje.jsonb.Json;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Limits that few ask for, and that not every kernel has. Zero and empty mean: none asked for.
///
/// @param swappiness percent; -1: the parent's
/// @param oomKillDisable processes wait for memory instead of being killed
/// @param realtimePeriodMicros with `realtimeRuntimeMicros`, how much of the processors its real-time tasks may have
/// @param blkioWeight 10 to 1000
@Json
public record RareLimits(
        @Json.Property("Swappiness") long swappiness,
        @Json.Property("OomKillDisable") boolean oomKillDisable,
        @Json.Property("RealtimePeriodMicros") long realtimePeriodMicros,
        @Json.Property("RealtimeRuntimeMicros") long realtimeRuntimeMicros,
        @Json.Property("BlkioWeight") int blkioWeight,
        @Json.Property("WeightDevices") List<OfDevice> weightDevices,
        @Json.Property("ReadBps") List<OfDevice> readBps,
        @Json.Property("WriteBps") List<OfDevice> writeBps,
        @Json.Property("ReadIops") List<OfDevice> readIops,
        @Json.Property("WriteIops") List<OfDevice> writeIops) {
    public static final RareLimits NONE =
            new RareLimits(-1, false, 0, 0, 0, List.of(), List.of(), List.of(), List.of(), List.of());

    public RareLimits {
        weightDevices = List.copyOf(weightDevices);
        readBps = List.copyOf(readBps);
        writeBps = List.copyOf(writeBps);
        readIops = List.copyOf(readIops);
        writeIops = List.copyOf(writeIops);
    }

    /// Of the block device at a path of the host.
    @Json
    public record OfDevice(
            @Json.Property("Path") String path,
            @Json.Property("Value") long value) {}

    /// Rows of a version that knew none of it have none.
    static RareLimits orNone(@Nullable RareLimits limits) {
        return limits == null ? NONE : limits;
    }

    boolean hasBlockIo() {
        return blkioWeight != 0
                || !weightDevices.isEmpty()
                || !readBps.isEmpty()
                || !writeBps.isEmpty()
                || !readIops.isEmpty()
                || !writeIops.isEmpty();
    }
}
