package dev.gantry.docker.container;

import dev.gantry.api.container.HostConfig;
import dev.gantry.docker.route.DockerError;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// Limits that contradict themselves, refused in dockerd's words, and those that Linux does not have.
final class LimitCheck {
    private static final long LEAST_MEMORY = 6L << 20;
    private static final long MILLISECOND = 1_000;
    private static final long SECOND = 1_000_000;
    private static final long NANOS = 1_000_000_000;
    private static final long LEAST_NANOS = 10_000_000;

    private LimitCheck() {}

    /// Adds what is left out to `warnings`.
    static void check(HostConfig h, List<String> warnings) {
        memory(h, warnings);
        processors(h, warnings);
        blockIo(h);
        refuse(h.shmSize() < 0, "SHM size can not be less than 0");
        refuse(
                h.oomScoreAdj() < -1000 || h.oomScoreAdj() > 1000,
                "Invalid value " + h.oomScoreAdj() + ", range for oom score adj is [-1000, 1000]");
        refuse(h.ioMaximumIops() != 0, "Invalid QoS settings: linux does not support configuration of maximum IOPs");
        refuse(
                h.ioMaximumBandwidth() != 0,
                "Invalid QoS settings: linux does not support configuration of maximum bandwidth");
        refuse(
                !h.isolation().isEmpty() && !h.isolation().equals("default"),
                "Invalid isolation: \"" + h.isolation() + "\" - linux only supports 'default'");
    }

    private static void memory(HostConfig h, List<String> warnings) {
        refuse(h.memory() != 0 && h.memory() < LEAST_MEMORY, "Minimum memory limit allowed is 6MB");
        refuse(
                h.memory() > 0 && h.memorySwap() > 0 && h.memorySwap() < h.memory(),
                "Minimum memoryswap limit should be larger than memory limit, see usage");
        refuse(
                h.memory() == 0 && h.memorySwap() > 0,
                "You should always set the Memory limit when using Memoryswap limit, see usage");
        Long swappiness = h.memorySwappiness();
        refuse(
                swappiness != null && (swappiness < -1 || swappiness > 100),
                "Invalid value: " + swappiness + ", valid memory swappiness range is 0-100");
        refuse(
                h.memoryReservation() != 0 && h.memoryReservation() < LEAST_MEMORY,
                "Minimum memory reservation allowed is 6MB");
        refuse(
                h.memory() > 0 && h.memoryReservation() > 0 && h.memory() < h.memoryReservation(),
                "Minimum memory limit can not be less than memory reservation limit, see usage");
        if (Boolean.TRUE.equals(h.oomKillDisable()) && h.memory() == 0) {
            warnings.add("OOM killer is disabled for the container, but no memory limit is set, this can result in the"
                    + " system running out of resources.");
        }
    }

    private static void processors(HostConfig h, List<String> warnings) {
        refuse(
                h.nanoCpus() > 0 && h.cpuPeriod() > 0,
                "Conflicting options: Nano CPUs and CPU Period cannot both be set");
        refuse(h.nanoCpus() > 0 && h.cpuQuota() > 0, "Conflicting options: Nano CPUs and CPU Quota cannot both be set");
        int there = Runtime.getRuntime().availableProcessors();
        refuse(
                h.nanoCpus() != 0 && (h.nanoCpus() < LEAST_NANOS || h.nanoCpus() > there * NANOS),
                String.format(
                        Locale.ROOT,
                        "Range of CPUs is from 0.01 to %d.00, as there are only %d CPUs available",
                        there,
                        there));
        refuse(
                h.cpuPeriod() != 0 && (h.cpuPeriod() < MILLISECOND || h.cpuPeriod() > SECOND),
                "CPU cfs period can not be less than 1ms (i.e. 1000) or larger than 1s (i.e. 1000000)");
        refuse(h.cpuQuota() > 0 && h.cpuQuota() < MILLISECOND, "CPU cfs quota can not be less than 1ms (i.e. 1000)");
        refuse(
                h.cpuRealtimeRuntime() != 0
                        && h.cpuRealtimePeriod() != 0
                        && h.cpuRealtimeRuntime() > h.cpuRealtimePeriod(),
                "cpu real-time runtime cannot be higher than cpu real-time period");
        if (h.cpuPercent() > 0) {
            warnings.add("linux does not support CPU percent. Percent discarded.");
        }
        if (h.cpuCount() > 0) {
            warnings.add("linux does not support CPU count. Count discarded.");
        }
    }

    private static void blockIo(HostConfig h) {
        refuse(
                h.blkioWeight() != 0 && (h.blkioWeight() < 10 || h.blkioWeight() > 1000),
                "Range of blkio weight is from 10 to 1000");
        h.blkioWeightDevice()
                .forEach(d -> refuse(d.weight() < 10 || d.weight() > 1000, "Range of blkio weight is from 10 to 1000"));
    }

    private static void refuse(boolean wrong, @Nullable String words) {
        if (wrong) {
            throw DockerError.badParameter(String.valueOf(words));
        }
    }
}
