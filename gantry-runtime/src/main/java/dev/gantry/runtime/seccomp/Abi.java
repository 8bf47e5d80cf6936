package dev.gantry.runtime.seccomp;

import java.util.Arrays;
import java.util.Optional;

/// A way to call the kernel: which numbers mean which calls. One processor may have several.
public enum Abi {
    // <linux/audit.h>
    X86_64("SCMP_ARCH_X86_64", "amd64", 0xC000003E, false),
    X86("SCMP_ARCH_X86", "x86", 0x40000003, true),
    /// Has the audit value of x86-64; its numbers have bit 30 set. Its registers are wide, what they hold is not.
    X32("SCMP_ARCH_X32", "x32", 0xC000003E, true),
    AARCH64("SCMP_ARCH_AARCH64", "arm64", 0xC00000B7, false),
    ARM("SCMP_ARCH_ARM", "arm", 0x40000028, true);

    /// `__X32_SYSCALL_BIT`. <asm/unistd.h>
    static final int X32_BIT = 0x40000000;

    private final String specName;
    private final String profileName;
    private final int audit;
    private final boolean narrow;

    Abi(String specName, String profileName, int audit, boolean narrow) {
        this.specName = specName;
        this.profileName = profileName;
        this.audit = audit;
        this.narrow = narrow;
    }

    /// As in OCI runtime-spec 1.2 §config-linux "Seccomp".
    String specName() {
        return specName;
    }

    /// As in the conditions of a Docker profile.
    String profileName() {
        return profileName;
    }

    int audit() {
        return audit;
    }

    /// Whether only the lower 32 bits of an argument count.
    boolean narrow() {
        return narrow;
    }

    static Optional<Abi> named(String specName) {
        return Arrays.stream(values()).filter(a -> a.specName.equals(specName)).findFirst();
    }
}
