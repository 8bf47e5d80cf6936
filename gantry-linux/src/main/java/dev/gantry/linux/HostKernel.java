package dev.gantry.linux;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;

/// `long syscall(long number, ...)` of <unistd.h>: one call shape for everything, since each further shape
/// costs milliseconds at its first use.
final class HostKernel implements Kernel {
    static final HostKernel INSTANCE = new HostKernel();

    private static final StructLayout CALL_STATE = Linker.Option.captureStateLayout();
    private static final VarHandle ERRNO = CALL_STATE.varHandle(MemoryLayout.PathElement.groupElement("errno"));
    private static final MethodHandle SYSCALL = Linker.nativeLinker()
            .downcallHandle(
                    Linker.nativeLinker().defaultLookup().findOrThrow("syscall"),
                    FunctionDescriptor.of(
                            JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG),
                    Linker.Option.firstVariadicArg(1),
                    Linker.Option.captureCallState("errno"));
    private static final boolean ARM = System.getProperty("os.arch").equals("aarch64");

    private HostKernel() {}

    @Override
    public long call(Arena arena, Sys sys, long a, long b, long c, long d, long e, long f) {
        MemorySegment state = arena.allocate(CALL_STATE);
        try {
            long number = ARM ? sys.arm64() : sys.x86();
            long rc = (long) SYSCALL.invokeExact(state, number, a, b, c, d, e, f);
            return rc == -1 ? -(int) ERRNO.get(state, 0L) : rc;
        } catch (RuntimeException | Error x) {
            throw x;
        } catch (Throwable x) {
            throw new IllegalStateException("a native call throws nothing checked", x);
        }
    }

    /// The width of `int` and of pointers that the tables of this package assume.
    static boolean isSixtyFourBit() {
        return ValueLayout.ADDRESS.byteSize() == 8;
    }
}
