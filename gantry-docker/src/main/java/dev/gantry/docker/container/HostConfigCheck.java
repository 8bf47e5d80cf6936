package dev.gantry.docker.container;

import dev.gantry.api.container.CreateRequest;
import dev.gantry.api.container.DeviceRequest;
import dev.gantry.api.container.HostConfig;
import dev.gantry.docker.route.DockerError;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Refuses what a create request asks for and this version cannot give. Nothing that was asked for is left out in
/// silence: it works, it is refused, or a warning says what happens instead.
final class HostConfigCheck {
    private HostConfigCheck() {}

    /// The warnings of what was accepted. `hasBridge`: this engine can put containers into networks.
    static List<String> check(CreateRequest request, HostConfig host, int minor, boolean hasBridge) {
        checkNamespaces(host);
        if (isNetworkDisabled(request) && host.networkMode().equals("host")) {
            throw DockerError.badParameter("conflicting options: NetworkDisabled and NetworkMode host");
        }
        checkFiles(host);
        checkLimits(host);
        checkRights(host);
        checkImageFields(request);
        return NetworkCheck.check(request, host, minor, hasBridge);
    }

    static boolean isNetworkDisabled(CreateRequest request) {
        return Boolean.TRUE.equals(request.networkDisabled());
    }

    private static void checkNamespaces(HostConfig h) {
        refuse(!Set.of("", "private").contains(h.pidMode()), "PidMode " + h.pidMode());
        refuse(!Set.of("", "private", "shareable").contains(h.ipcMode()), "IpcMode " + h.ipcMode());
        refuse(!Set.of("", "private").contains(h.utsMode()), "UTSMode " + h.utsMode());
        refuse(!Set.of("", "host").contains(h.usernsMode()), "UsernsMode " + h.usernsMode());
        refuse(!Set.of("", "private").contains(h.cgroupnsMode()), "CgroupnsMode " + h.cgroupnsMode());
        refuse(!h.cgroup().isEmpty(), "Cgroup " + h.cgroup());
        refuse(!h.cgroupParent().isEmpty(), "CgroupParent " + h.cgroupParent());
        refuse(!Set.of("", "default").contains(h.isolation()), "Isolation " + h.isolation());
        String runtime = h.runtime() == null ? "" : h.runtime();
        if (!Set.of("", "gantry").contains(runtime)) {
            throw DockerError.badParameter("unknown or invalid runtime name: " + runtime);
        }
    }

    private static void checkFiles(HostConfig h) {
        refuse(h.storageOpt() != null && !h.storageOpt().isEmpty(), "StorageOpt");
        refuse(some(h.deviceCgroupRules()), "DeviceCgroupRules");
        if (h.deviceRequests() != null) {
            h.deviceRequests().forEach(HostConfigCheck::checkRequest);
        }
    }

    /// Devices by name can be had; others need a driver that this engine has not.
    private static void checkRequest(DeviceRequest r) {
        boolean others = !r.capabilities().isEmpty()
                || r.count() != 0
                || r.options() != null && !r.options().isEmpty();
        if (!r.driver().equals("cdi") || others) {
            throw DockerError.badParameter("could not select device driver \"" + r.driver() + "\" with capabilities: "
                    + r.capabilities()
                    + ": only devices of the driver cdi by their ids, without count, capabilities and"
                    + " options");
        }
    }

    private static void checkLimits(HostConfig h) {
        refuse(h.blkioWeight() != 0 || !h.blkioWeightDevice().isEmpty(), "BlkioWeight");
        refuse(
                !h.blkioDeviceReadBps().isEmpty()
                        || !h.blkioDeviceWriteBps().isEmpty()
                        || !h.blkioDeviceReadIOps().isEmpty()
                        || !h.blkioDeviceWriteIOps().isEmpty(),
                "limits of block devices");
        refuse(h.cpuRealtimePeriod() != 0 || h.cpuRealtimeRuntime() != 0, "real-time processor time");
        refuse(h.memorySwappiness() != null && h.memorySwappiness() != -1, "MemorySwappiness");
        refuse(Boolean.TRUE.equals(h.oomKillDisable()), "OomKillDisable");
        refuse(h.cpuCount() != 0 || h.cpuPercent() != 0, "CpuCount and CpuPercent");
        refuse(h.ioMaximumIops() != 0 || h.ioMaximumBandwidth() != 0, "IOMaximumIOps and IOMaximumBandwidth");
    }

    private static void checkRights(HostConfig h) {
        refuse(h.privileged(), "Privileged");
        refuse(h.annotations() != null && !h.annotations().isEmpty(), "Annotations");
        refuse(h.maskedPaths() != null, "MaskedPaths");
        refuse(h.readonlyPaths() != null, "ReadonlyPaths");
    }

    /// What an image says to builders and to Windows; clients send them empty.
    private static void checkImageFields(CreateRequest request) {
        refuse(some(request.shell()), "Shell");
        refuse(some(request.onBuild()), "OnBuild");
        refuse(Boolean.TRUE.equals(request.argsEscaped()), "ArgsEscaped");
        Integer patience = request.stopTimeout();
        if (patience != null && patience < -1) {
            throw DockerError.badParameter(
                    "invalid StopTimeout: " + patience + ": use -1 to wait for ever, or seconds");
        }
    }

    private static boolean some(@Nullable Collection<?> values) {
        return values != null && !values.isEmpty();
    }

    private static void refuse(boolean asked, String what) {
        if (asked) {
            throw DockerError.later(what);
        }
    }
}
