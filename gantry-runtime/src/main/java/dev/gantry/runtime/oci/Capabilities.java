package dev.gantry.runtime.oci;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/// The capabilities of Linux by number, and the names people give them. capabilities(7)
public final class Capabilities {
    /// By bit number. <linux/capability.h>
    private static final List<String> NAMES = List.of(
            "CAP_CHOWN",
            "CAP_DAC_OVERRIDE",
            "CAP_DAC_READ_SEARCH",
            "CAP_FOWNER",
            "CAP_FSETID",
            "CAP_KILL",
            "CAP_SETGID",
            "CAP_SETUID",
            "CAP_SETPCAP",
            "CAP_LINUX_IMMUTABLE",
            "CAP_NET_BIND_SERVICE",
            "CAP_NET_BROADCAST",
            "CAP_NET_ADMIN",
            "CAP_NET_RAW",
            "CAP_IPC_LOCK",
            "CAP_IPC_OWNER",
            "CAP_SYS_MODULE",
            "CAP_SYS_RAWIO",
            "CAP_SYS_CHROOT",
            "CAP_SYS_PTRACE",
            "CAP_SYS_PACCT",
            "CAP_SYS_ADMIN",
            "CAP_SYS_BOOT",
            "CAP_SYS_NICE",
            "CAP_SYS_RESOURCE",
            "CAP_SYS_TIME",
            "CAP_SYS_TTY_CONFIG",
            "CAP_MKNOD",
            "CAP_LEASE",
            "CAP_AUDIT_WRITE",
            "CAP_AUDIT_CONTROL",
            "CAP_SETFCAP",
            "CAP_MAC_OVERRIDE",
            "CAP_MAC_ADMIN",
            "CAP_SYSLOG",
            "CAP_WAKE_ALARM",
            "CAP_BLOCK_SUSPEND",
            "CAP_AUDIT_READ",
            "CAP_PERFMON",
            "CAP_BPF",
            "CAP_CHECKPOINT_RESTORE");

    private static final Map<String, Integer> BITS =
            IntStream.range(0, NAMES.size()).boxed().collect(Collectors.toUnmodifiableMap(NAMES::get, bit -> bit));

    private Capabilities() {}

    /// All names, in the order of their numbers.
    public static List<String> all() {
        return NAMES;
    }

    /// The kernel's name for what a user wrote: any case, with or without `CAP_`. Empty when there is no such one.
    public static Optional<String> named(String text) {
        String upper = text.toUpperCase(Locale.ROOT);
        String name = upper.startsWith("CAP_") ? upper : "CAP_" + upper;
        return BITS.containsKey(name) ? Optional.of(name) : Optional.empty();
    }

    /// The bit mask of names that `SpecChecks` has seen.
    static long mask(Collection<String> names) {
        long mask = 0;
        for (String name : names) {
            Integer bit = BITS.get(name);
            if (bit == null) {
                throw new IllegalStateException("capability " + name + " was not checked");
            }
            mask |= 1L << bit;
        }
        return mask;
    }

    /// The names in a bit mask, such as `CapEff` of `/proc/self/status`.
    public static List<String> names(long mask) {
        List<String> names = new ArrayList<>();
        for (int bit = 0; bit < NAMES.size(); bit++) {
            if ((mask & 1L << bit) != 0) {
                names.add(NAMES.get(bit));
            }
        }
        return names;
    }
}
