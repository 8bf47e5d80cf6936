package dev.gantry.runtime.seccomp;

import dev.gantry.base.InvalidArgument;
import dev.gantry.base.Unsupported;
import org.jspecify.annotations.Nullable;

/// What a filter returns for each action of OCI runtime-spec 1.2 §config-linux "Seccomp". <linux/seccomp.h>
final class SeccompAction {
    static final int KILL_PROCESS = 0x80000000;
    static final int KILL_THREAD = 0;
    static final int TRAP = 0x00030000;
    static final int ERRNO = 0x00050000;
    static final int TRACE = 0x7ff00000;
    static final int LOG = 0x7ffc0000;
    static final int ALLOW = 0x7fff0000;

    private static final int MAX_ERRNO = 4095; // <linux/err.h>
    private static final int EPERM = 1;
    private static final int DATA = 0xffff;

    private SeccompAction() {}

    static int of(String name, @Nullable Long errnoRet) {
        return switch (name) {
            case "SCMP_ACT_KILL", "SCMP_ACT_KILL_THREAD" -> KILL_THREAD;
            case "SCMP_ACT_KILL_PROCESS" -> KILL_PROCESS;
            case "SCMP_ACT_TRAP" -> TRAP;
            case "SCMP_ACT_ERRNO" -> ERRNO | data(errnoRet, MAX_ERRNO);
            case "SCMP_ACT_TRACE" -> TRACE | data(errnoRet, DATA);
            case "SCMP_ACT_ALLOW" -> ALLOW;
            case "SCMP_ACT_LOG" -> LOG;
            case "SCMP_ACT_NOTIFY" ->
                throw new Unsupported(
                        "compile the seccomp filter",
                        "this version passes no notifications to a listener",
                        "use SCMP_ACT_ERRNO instead of SCMP_ACT_NOTIFY");
            default ->
                throw new InvalidArgument(
                        "compile the seccomp filter",
                        "there is no action " + (name.isEmpty() ? "without a name" : name),
                        "use one of SCMP_ACT_ALLOW, ERRNO, LOG, TRACE, TRAP, KILL_PROCESS, KILL_THREAD");
        };
    }

    static int errno(int number) {
        return ERRNO | number;
    }

    static boolean isErrno(int value) {
        return (value & ~DATA) == ERRNO;
    }

    private static int data(@Nullable Long value, int most) {
        if (value == null) {
            return EPERM;
        }
        if (value < 0 || value > most) {
            throw new InvalidArgument(
                    "compile the seccomp filter",
                    "errnoRet " + value + " is not between 0 and " + most,
                    "correct the number");
        }
        return value.intValue();
    }
}
