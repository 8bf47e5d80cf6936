package dev.gantry.docker.container;

import dev.gantry.api.container.DeviceRequest;
import dev.gantry.api.container.HostConfig;
import dev.gantry.api.container.ThrottleDevice;
import dev.gantry.docker.route.DockerError;
import dev.gantry.engine.container.IsolationSpec;
import dev.gantry.engine.container.RareLimits;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// Namespaces, rights and limits of a create request that few use. Pure.
final class IsolationTranslation {
    /// The first version in which a container keeps its IPC namespace to itself unless told otherwise.
    private static final int PRIVATE_IPC = 40;

    private static final String NVIDIA = "nvidia.com/gpu";

    private IsolationTranslation() {}

    static IsolationSpec isolation(HostConfig h, int minor) {
        String ipc = h.ipcMode().isEmpty() && minor < PRIVATE_IPC ? "shareable" : h.ipcMode();
        boolean usual = h.pidMode().isEmpty()
                && ipc.isEmpty()
                && h.utsMode().isEmpty()
                && h.cgroupnsMode().isEmpty()
                && !h.privileged()
                && h.maskedPaths() == null
                && h.readonlyPaths() == null
                && h.deviceCgroupRules() == null
                && h.annotations() == null
                && h.cgroupParent().isEmpty()
                && h.usernsMode().isEmpty();
        return usual
                ? IsolationSpec.USUAL
                : new IsolationSpec(
                        h.pidMode(),
                        ipc,
                        h.utsMode(),
                        h.cgroupnsMode(),
                        h.privileged(),
                        h.maskedPaths(),
                        h.readonlyPaths(),
                        CreateTranslation.list(h.deviceCgroupRules()),
                        h.annotations() == null ? Map.of() : h.annotations(),
                        h.cgroupParent(),
                        h.usernsMode());
    }

    static RareLimits limits(HostConfig h) {
        Long swappiness = h.memorySwappiness();
        RareLimits limits = new RareLimits(
                swappiness == null ? -1 : swappiness,
                Boolean.TRUE.equals(h.oomKillDisable()),
                h.cpuRealtimePeriod(),
                h.cpuRealtimeRuntime(),
                h.blkioWeight(),
                h.blkioWeightDevice().stream()
                        .map(d -> new RareLimits.OfDevice(d.path(), d.weight()))
                        .toList(),
                rates(h.blkioDeviceReadBps()),
                rates(h.blkioDeviceWriteBps()),
                rates(h.blkioDeviceReadIOps()),
                rates(h.blkioDeviceWriteIOps()));
        return limits.equals(RareLimits.NONE) ? RareLimits.NONE : limits;
    }

    private static List<RareLimits.OfDevice> rates(List<ThrottleDevice> all) {
        return all.stream()
                .map(d -> new RareLimits.OfDevice(d.path(), d.rate()))
                .toList();
    }

    /// Devices by the names that their vendors give them. Graphic cards by number are those of the vendor whose
    /// descriptions there are.
    static List<String> named(HostConfig h) {
        List<String> all = new ArrayList<>();
        if (h.deviceRequests() != null) {
            h.deviceRequests().forEach(r -> all.addAll(named(r)));
        }
        return all;
    }

    private static List<String> named(DeviceRequest r) {
        List<String> ids = CreateTranslation.list(r.deviceIds());
        if (r.driver().equals("cdi") && r.count() == 0 && r.capabilities().isEmpty()) {
            return ids;
        }
        boolean card = r.capabilities().stream().anyMatch(any -> any.contains("gpu"));
        if (!card || !(r.driver().isEmpty() || r.driver().equals("nvidia"))) {
            throw noDriver(r);
        }
        if (!ids.isEmpty()) {
            return ids.stream().map(id -> NVIDIA + "=" + id).toList();
        }
        if (r.count() < 0) {
            return List.of(NVIDIA + "=all");
        }
        List<String> first = new ArrayList<>();
        for (int i = 0; i < r.count(); i++) {
            first.add(NVIDIA + "=" + i);
        }
        return first;
    }

    private static DockerError noDriver(DeviceRequest r) {
        return DockerError.badParameter("could not select device driver \"" + r.driver() + "\" with capabilities: ["
                + String.join(
                        " ",
                        r.capabilities().stream()
                                .map(all -> "[" + String.join(" ", all) + "]")
                                .toList())
                + "]");
    }
}
