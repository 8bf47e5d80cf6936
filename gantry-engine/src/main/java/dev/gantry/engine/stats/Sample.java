package dev.gantry.engine.stats;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/// What a container had used by `at`, since its start.
public record Sample(Instant at, Cpu cpu, Memory memory, Pids pids, List<BlockIo> blockIo, Map<String, Link> links) {
    public Sample {
        blockIo = List.copyOf(blockIo);
        links = Map.copyOf(links);
    }

    /// Nanoseconds of processor time. `perCpu` is empty where the kernel does not say; `systemNanos` is that of the
    /// whole
    /// host over all its `online` processors.
    public record Cpu(
            long totalNanos,
            List<Long> perCpu,
            long kernelNanos,
            long userNanos,
            long systemNanos,
            int online,
            long periods,
            long throttledPeriods,
            long throttledNanos) {
        public Cpu {
            perCpu = List.copyOf(perCpu);
        }
    }

    /// Bytes. `limitBytes` is the host's memory where there is no lower limit; `stat` is what the kernel says in
    /// `memory.stat`, whose names differ between v1 and v2 of control groups; `maxBytes` is of v1 only.
    public record Memory(
            long usageBytes, OptionalLong maxBytes, long limitBytes, long failures, Map<String, Long> stat) {
        public Memory {
            stat = Map.copyOf(stat);
        }
    }

    public record Pids(long current, OptionalLong limit) {}

    /// `operation` is `read` or `write` with v2, and what v1 calls it.
    public record BlockIo(long major, long minor, String operation, long bytes) {}

    /// An interface as the container sees it.
    public record Link(
            long rxBytes,
            long rxPackets,
            long rxErrors,
            long rxDropped,
            long txBytes,
            long txPackets,
            long txErrors,
            long txDropped) {}
}
