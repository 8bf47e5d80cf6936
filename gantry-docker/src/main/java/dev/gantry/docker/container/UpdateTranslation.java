package dev.gantry.docker.container;

import dev.gantry.api.container.CreateRequest;
import dev.gantry.api.container.HostConfig;
import dev.gantry.api.container.UpdateRequest;
import dev.gantry.api.json.Wire;
import dev.gantry.docker.route.DockerError;
import dev.gantry.engine.container.Container;
import dev.gantry.engine.container.ContainerSpec;
import dev.gantry.engine.container.Resources;
import dev.gantry.engine.container.RestartPolicy;
import java.util.Optional;

/// The body of `POST /containers/{id}/update` over what a container has. Pure. What is zero or empty is left as it is.
final class UpdateTranslation {
    private static final long LEAST_MEMORY = 6L << 20;

    private UpdateTranslation() {}

    /// Refuses what cannot be changed, or not here.
    static void check(UpdateRequest u) {
        refuse(u.blkioWeight() != 0 || !u.blkioWeightDevice().isEmpty(), "BlkioWeight");
        refuse(
                !u.blkioDeviceReadBps().isEmpty()
                        || !u.blkioDeviceWriteBps().isEmpty()
                        || !u.blkioDeviceReadIOps().isEmpty()
                        || !u.blkioDeviceWriteIOps().isEmpty(),
                "limits of block devices");
        refuse(u.kernelMemory() != 0, "KernelMemory");
        refuse(u.cpuRealtimePeriod() != 0 || u.cpuRealtimeRuntime() != 0, "real-time processor time");
        refuse(u.memorySwappiness() != null && u.memorySwappiness() != -1, "MemorySwappiness");
        refuse(Boolean.TRUE.equals(u.oomKillDisable()), "OomKillDisable");
        if (!u.ulimits().isEmpty() || !u.devices().isEmpty()) {
            throw DockerError.badParameter("Ulimits and Devices of a container cannot be updated");
        }
        if (u.memory() != 0 && u.memory() < LEAST_MEMORY) {
            throw DockerError.badParameter("Minimum memory limit allowed is 6MB");
        }
        if (u.memoryReservation() != 0 && u.memoryReservation() < LEAST_MEMORY) {
            throw DockerError.badParameter("Minimum memory reservation allowed is 6MB");
        }
    }

    private static void refuse(boolean asked, String what) {
        if (asked) {
            throw DockerError.later("a change of " + what);
        }
    }

    private static Optional<dev.gantry.api.container.RestartPolicy> policy(UpdateRequest u) {
        return Optional.ofNullable(u.restartPolicy()).filter(p -> !p.name().isEmpty());
    }

    static ContainerSpec apply(Container c, ContainerSpec spec, UpdateRequest u) {
        RestartPolicy policy = policy(u).map(CreateTranslation::restart).orElse(spec.restart());
        if (spec.autoRemove() && policy.kind() != RestartPolicy.Kind.NO) {
            throw conflict(c, "Restart policy cannot be updated because AutoRemove is enabled for the container");
        }
        Resources resources = resources(c, spec.resources(), u);
        return spec.toBuilder()
                .resources(resources)
                .restart(policy)
                .doorNotes(notes(spec, resources, u))
                .build();
    }

    private static Resources resources(Container c, Resources r, UpdateRequest u) {
        if (r.cpuNanos() > 0 && u.cpuPeriod() != 0) {
            throw conflict(c, "Conflicting options: CPU Period cannot be updated as NanoCPUs has already been set");
        }
        if (r.cpuNanos() > 0 && u.cpuQuota() != 0) {
            throw conflict(c, "Conflicting options: CPU Quota cannot be updated as NanoCPUs has already been set");
        }
        if (u.nanoCpus() != 0 && r.cpuPeriodMicros() > 0) {
            throw conflict(c, "Conflicting options: Nano CPUs cannot be updated as CPU Period has already been set");
        }
        if (u.nanoCpus() != 0 && r.cpuQuotaMicros() > 0) {
            throw conflict(c, "Conflicting options: Nano CPUs cannot be updated as CPU Quota has already been set");
        }
        long memory = u.memory() == 0 ? r.memoryBytes() : u.memory();
        // One that was not named is twice the memory of its time.
        long had = r.memorySwapBytes() == 0 && r.memoryBytes() > 0 ? 2 * r.memoryBytes() : r.memorySwapBytes();
        long withSwap = u.memorySwap() == 0 ? had : u.memorySwap();
        if (u.memory() != 0 && u.memorySwap() == 0 && withSwap > 0 && memory > withSwap) {
            throw conflict(
                    c,
                    "Memory limit should be smaller than already set memoryswap limit, update the memoryswap at the"
                            + " same time");
        }
        return new Resources(
                memory,
                withSwap,
                or(u.memoryReservation(), r.memoryReservationBytes()),
                or(u.nanoCpus(), r.cpuNanos()),
                or(u.cpuQuota(), r.cpuQuotaMicros()),
                or(u.cpuPeriod(), r.cpuPeriodMicros()),
                or(u.cpuShares(), r.cpuShares()),
                u.cpusetCpus().isEmpty() ? r.cpusetCpus() : u.cpusetCpus(),
                u.cpusetMems().isEmpty() ? r.cpusetMems() : u.cpusetMems(),
                u.pidsLimit() == null ? r.pidsLimit() : Math.max(-1, u.pidsLimit()),
                r.shmBytes(),
                r.oomScoreAdj(),
                r.ulimits());
    }

    private static long or(long asked, long otherwise) {
        return asked == 0 ? otherwise : asked;
    }

    /// So that inspection tells what holds now.
    private static String notes(ContainerSpec spec, Resources r, UpdateRequest u) {
        CreateRequest asked = InspectTranslation.asked(spec);
        HostConfig had = asked.hostConfig() == null ? HostConfig.builder().build() : asked.hostConfig();
        HostConfig has = had.toBuilder()
                .memory(r.memoryBytes())
                .memorySwap(r.memorySwapBytes())
                .memoryReservation(r.memoryReservationBytes())
                .nanoCpus(r.cpuNanos())
                .cpuQuota(r.cpuQuotaMicros())
                .cpuPeriod(r.cpuPeriodMicros())
                .cpuShares(r.cpuShares())
                .cpusetCpus(r.cpusetCpus())
                .cpusetMems(r.cpusetMems())
                .pidsLimit(u.pidsLimit() == null ? had.pidsLimit() : (Long) Math.max(0, u.pidsLimit()))
                .restartPolicy(policy(u).orElse(had.restartPolicy()))
                .build();
        return Wire.json().toJson(CreateRequest.of(asked.config(), has));
    }

    private static DockerError conflict(Container c, String why) {
        return new DockerError(409, "Cannot update container " + c.id().hex() + ": " + why);
    }
}
