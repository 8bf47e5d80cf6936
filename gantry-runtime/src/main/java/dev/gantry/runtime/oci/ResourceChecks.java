package dev.gantry.runtime.oci;

import static dev.gantry.runtime.oci.SpecChecks.at;

import org.jspecify.annotations.Nullable;

/// Refuses what contradicts itself below `linux.resources`.
final class ResourceChecks {
    private ResourceChecks() {}

    static void check(ResourcesSpec resources) {
        if (resources.memory() != null) {
            memory(resources.memory());
        }
        if (resources.cpu() != null) {
            cpu(resources.cpu());
        }
        for (int i = 0; i < resources.devices().size(); i++) {
            device("linux.resources.devices[" + i + "]", resources.devices().get(i));
        }
        for (int i = 0; i < resources.hugepageLimits().size(); i++) {
            ResourcesSpec.HugepageLimit h = resources.hugepageLimits().get(i);
            String path = "linux.resources.hugepageLimits[" + i + "]";
            if (!h.pageSize().matches("[1-9][0-9]*[KMG]B")) {
                throw at(path + ".pageSize", h.pageSize() + " is not a size such as 2MB", "correct it");
            }
            SpecChecks.unsigned64(path + ".limit", h.limit());
        }
        for (String file : resources.unified().keySet()) {
            if (!file.matches("[a-z]+\\.[A-Za-z0-9._-]+")) {
                throw at(
                        "linux.resources.unified[" + file + "]",
                        "it is not the name of a file in a control group",
                        "write for example memory.high");
            }
        }
    }

    private static void memory(ResourcesSpec.Memory m) {
        Long limit = m.limit();
        Long swap = m.swap();
        Long reservation = m.reservation();
        atLeast("linux.resources.memory.limit", limit, -1);
        atLeast("linux.resources.memory.swap", swap, -1);
        atLeast("linux.resources.memory.reservation", reservation, -1);
        if (limit != null && limit > 0 && swap != null && swap >= 0 && swap < limit) {
            throw at(
                    "linux.resources.memory.swap",
                    swap + " is memory and swap together, and memory alone may be " + limit,
                    "raise it or leave it out");
        }
        if (limit != null && limit > 0 && reservation != null && reservation > limit) {
            throw at(
                    "linux.resources.memory.reservation",
                    reservation + " is more than the limit " + limit,
                    "lower it or leave it out");
        }
        Long swappiness = m.swappiness();
        if (swappiness != null && (swappiness < 0 || swappiness > 100)) {
            throw at("linux.resources.memory.swappiness", swappiness + " is not between 0 and 100", "correct it");
        }
    }

    private static void cpu(ResourcesSpec.Cpu c) {
        Long period = c.period();
        Long quota = c.quota();
        // The kernel's own bounds. <kernel/sched/core.c>
        if (period != null && period != 0 && (period < 1_000 || period > 1_000_000)) {
            throw at(
                    "linux.resources.cpu.period",
                    period + " microseconds are not between 1000 and 1000000",
                    "correct it");
        }
        if (quota != null && quota > 0 && quota < 1_000) {
            throw at("linux.resources.cpu.quota", quota + " microseconds are less than 1000", "raise it");
        }
        Long burst = c.burst();
        if (burst != null && burst > 0 && (quota == null || quota <= 0 || burst > quota)) {
            throw at("linux.resources.cpu.burst", burst + " is more than the quota", "lower it or raise the quota");
        }
        cpuList("linux.resources.cpu.cpus", c.cpus());
        cpuList("linux.resources.cpu.mems", c.mems());
    }

    private static void cpuList(String path, String list) {
        if (!list.isEmpty() && !list.matches("\\d+(-\\d+)?(,\\d+(-\\d+)?)*")) {
            throw at(path, list + " is not a list such as 0-2,5", "correct it");
        }
    }

    private static void device(String path, ResourcesSpec.DeviceRule rule) {
        if (!rule.type().matches("[acb]?")) {
            throw at(path + ".type", "there are the types a, b and c, not " + rule.type(), "use one of these");
        }
        if (!rule.access().matches("[rwm]{0,3}")) {
            throw at(path + ".access", "access is of the letters r, w and m, not " + rule.access(), "correct it");
        }
    }

    private static void atLeast(String path, @Nullable Long value, long least) {
        if (value != null && value < least) {
            throw at(path, value + " is less than nothing", "use -1 for no limit");
        }
    }
}
