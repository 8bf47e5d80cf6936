package dev.gantry.engine.container;

import dev.gantry.base.InvalidArgument;
import dev.gantry.runtime.oci.LinuxSpec;
import dev.gantry.runtime.oci.ResourcesSpec;
import dev.gantry.runtime.oci.ResourcesSpec.BlockIo;
import dev.gantry.runtime.oci.ResourcesSpec.DeviceRate;
import dev.gantry.runtime.oci.ResourcesSpec.DeviceWeight;
import dev.gantry.runtime.oci.SpecBuilder;
import java.math.BigInteger;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/// From [IsolationSpec] and [RareLimits] to an OCI runtime configuration. Pure.
final class IsolationConfig {
    private IsolationConfig() {}

    static void apply(SpecBuilder b, ContainerSpec spec, HostDevices.Far far) {
        IsolationSpec i = spec.isolation();
        if (i == IsolationSpec.USUAL && spec.rareLimits() == RareLimits.NONE) {
            return;
        }
        namespaces(b, i, far);
        if (i.privileged()) {
            b.privileged(far.all());
        }
        List<String> masked = i.maskedPaths();
        if (masked != null) {
            b.maskedPaths(masked);
        }
        List<String> readonly = i.readonlyPaths();
        if (readonly != null) {
            b.readonlyPaths(readonly);
        }
        for (String rule : i.deviceRules()) {
            if (isAnyDevice(rule)) {
                b.anyDevice();
            } else {
                b.deviceRule(rule(rule));
            }
        }
        b.annotations(i.annotations());
        limits(b, spec.rareLimits(), far.limited());
    }

    private static void namespaces(SpecBuilder b, IsolationSpec i, HostDevices.Far far) {
        namespace(b, "pid", i.pid());
        namespace(b, "ipc", i.ipc());
        namespace(b, "uts", i.uts());
        namespace(b, "cgroup", i.cgroupns());
        if (i.ipc().equals("none")) {
            b.withoutShm();
        } else if (far.shm() != null) {
            b.shm(far.shm().toString());
        }
    }

    private static void namespace(SpecBuilder b, String type, String mode) {
        if (mode.equals("host")) {
            b.hostNamespace(type);
        } else if (IsolationSpec.isOther(mode)) {
            b.join(type);
        }
    }

    static boolean isAnyDevice(String rule) {
        return rule.startsWith("a *:* ") && Stream.of("r", "w", "m").allMatch(rule.substring(6)::contains);
    }

    /// `c 10:* rw`, which has been checked.
    private static ResourcesSpec.DeviceRule rule(String text) {
        String[] words = text.split("[ :]");
        return new ResourcesSpec.DeviceRule(true, words[0], number(words[1]), number(words[2]), words[3]);
    }

    private static @org.jspecify.annotations.Nullable Long number(String text) {
        return text.equals("*") ? null : Long.valueOf(text);
    }

    private static void limits(SpecBuilder b, RareLimits r, Map<String, LinuxSpec.Device> devices) {
        if (r.swappiness() >= 0) {
            b.memorySwappiness(r.swappiness());
        }
        b.oomKillDisable(r.oomKillDisable());
        b.cpuRealtime(r.realtimePeriodMicros(), r.realtimeRuntimeMicros());
        if (r.hasBlockIo()) {
            b.blockIo(new BlockIo(
                    r.blkioWeight() == 0 ? null : r.blkioWeight(),
                    null,
                    r.weightDevices().stream()
                            .map(d -> {
                                LinuxSpec.Device device = block(d, devices);
                                return new DeviceWeight(device.major(), device.minor(), (int) d.value(), null);
                            })
                            .toList(),
                    rates(r.readBps(), devices),
                    rates(r.writeBps(), devices),
                    rates(r.readIops(), devices),
                    rates(r.writeIops(), devices)));
        }
    }

    private static List<DeviceRate> rates(List<RareLimits.OfDevice> all, Map<String, LinuxSpec.Device> devices) {
        return all.stream()
                .map(d -> {
                    LinuxSpec.Device device = block(d, devices);
                    return new DeviceRate(device.major(), device.minor(), BigInteger.valueOf(d.value()));
                })
                .toList();
    }

    private static LinuxSpec.Device block(RareLimits.OfDevice d, Map<String, LinuxSpec.Device> devices) {
        LinuxSpec.Device device = devices.get(d.path());
        if (device == null || !device.type().equals("b")) {
            throw new InvalidArgument(
                    "limit the block device " + d.path(), "it is no block device", "name one such as /dev/sda");
        }
        return device;
    }
}
