package dev.gantry.runtime.oci;

import java.util.List;

/// The resource limits by number. <asm-generic/resource.h>
final class Rlimits {
    private static final List<String> NAMES = List.of(
            "RLIMIT_CPU",
            "RLIMIT_FSIZE",
            "RLIMIT_DATA",
            "RLIMIT_STACK",
            "RLIMIT_CORE",
            "RLIMIT_RSS",
            "RLIMIT_NPROC",
            "RLIMIT_NOFILE",
            "RLIMIT_MEMLOCK",
            "RLIMIT_AS",
            "RLIMIT_LOCKS",
            "RLIMIT_SIGPENDING",
            "RLIMIT_MSGQUEUE",
            "RLIMIT_NICE",
            "RLIMIT_RTPRIO",
            "RLIMIT_RTTIME");

    private Rlimits() {}

    static boolean known(String name) {
        return NAMES.contains(name);
    }

    static long number(String name) {
        int number = NAMES.indexOf(name);
        if (number < 0) {
            throw new IllegalStateException("limit " + name + " was not checked");
        }
        return number;
    }
}
