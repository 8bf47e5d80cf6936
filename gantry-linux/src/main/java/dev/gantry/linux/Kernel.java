package dev.gantry.linux;

import java.lang.foreign.Arena;

/// The one door to the kernel: a system call by number with six machine words. Pointers are addresses of
/// memory that lives in `arena` or longer. [HostKernel] does it, [RecordingKernel] writes it down.
public interface Kernel {
    /// The kernel's own convention: the result, or minus the errno of this very call.
    long call(Arena arena, Sys sys, long a, long b, long c, long d, long e, long f);

    /// The kernel this process runs on.
    static Kernel host() {
        return HostKernel.INSTANCE;
    }
}
