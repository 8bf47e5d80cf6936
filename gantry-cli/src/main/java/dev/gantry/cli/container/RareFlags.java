package dev.gantry.cli.container;

import dev.gantry.api.container.HostConfig;
import dev.gantry.api.container.ThrottleDevice;
import dev.gantry.api.container.WeightDevice;
import dev.gantry.base.InvalidArgument;
import dev.gantry.cli.flag.CommandLine;
import dev.gantry.cli.flag.Parsed;
import dev.gantry.cli.flag.Units;
import java.util.ArrayList;
import java.util.List;

/// Flags of `run` and `create` for rights and limits that few containers need.
final class RareFlags {
    private RareFlags() {}

    static CommandLine addTo(CommandLine line) {
        return line.list("annotation", "key=value", "Tell the runtime something")
                .text("blkio-weight", "weight", "Share of block I/O among busy containers, 10 to 1000")
                .list("blkio-weight-device", "device:weight", "The same of one device")
                .text("cgroup-parent", "path", "Parent of its control groups")
                .text("cpu-rt-period", "microseconds", "Period of real-time tasks")
                .text("cpu-rt-runtime", "microseconds", "What real-time tasks may use of it")
                .list("device-cgroup-rule", "rule", "Devices it may open, such as 'c 10:* rw'")
                .list("device-read-bps", "device:bytes", "Most bytes a second read from a device")
                .list("device-read-iops", "device:number", "Most reads a second from a device")
                .list("device-write-bps", "device:bytes", "Most bytes a second written to a device")
                .list("device-write-iops", "device:number", "Most writes a second to a device")
                .text("gpus", "number", "Graphic cards: all, a number, or device=ID")
                .text("memory-swappiness", "percent", "How readily its memory is swapped, 0 to 100")
                .toggle("oom-kill-disable", "Do not kill it when it is out of memory")
                .toggle("privileged", "Give it all rights and devices of the engine");
    }

    static void host(Parsed args, HostConfig.Builder host) {
        host.privileged(args.on("privileged"))
                .cgroupParent(args.text("cgroup-parent"))
                .annotations(args.isGiven("annotation") ? RunFlags.pairs(args, "annotation") : null)
                .deviceCgroupRules(args.isGiven("device-cgroup-rule") ? args.list("device-cgroup-rule") : null)
                .blkioWeight(args.number("blkio-weight").map(Long::intValue).orElse(0))
                .blkioWeightDevice(weights(args))
                .blkioDeviceReadBps(rates(args, "device-read-bps", true))
                .blkioDeviceWriteBps(rates(args, "device-write-bps", true))
                .blkioDeviceReadIOps(rates(args, "device-read-iops", false))
                .blkioDeviceWriteIOps(rates(args, "device-write-iops", false))
                .cpuRealtimePeriod(args.number("cpu-rt-period").orElse(0L))
                .cpuRealtimeRuntime(args.number("cpu-rt-runtime").orElse(0L))
                .memorySwappiness(args.number("memory-swappiness").orElse(null))
                .oomKillDisable(args.on("oom-kill-disable") ? true : null);
    }

    private static List<WeightDevice> weights(Parsed args) {
        List<WeightDevice> all = new ArrayList<>();
        for (ThrottleDevice d : rates(args, "blkio-weight-device", false)) {
            all.add(new WeightDevice(d.path(), (int) Math.min(d.rate(), Integer.MAX_VALUE)));
        }
        return all;
    }

    private static List<ThrottleDevice> rates(Parsed args, String flag, boolean bytes) {
        List<ThrottleDevice> all = new ArrayList<>();
        for (String text : args.list(flag)) {
            int colon = text.lastIndexOf(':');
            try {
                String number = text.substring(colon + 1);
                long rate = bytes ? Units.bytes(number) : Long.parseLong(number);
                if (colon < 1 || rate < 0) {
                    throw new NumberFormatException();
                }
                all.add(new ThrottleDevice(text.substring(0, colon), rate));
            } catch (NumberFormatException | InvalidArgument _) {
                throw args.wrong("--" + flag + " is /dev/x:number, not '" + text + "'");
            }
        }
        return all;
    }
}
