package dev.gantry.linux;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/// The twin without a kernel: writes down each call as a line such as `mkdirat(3, "etc", 0755)` and answers
/// 0, or a new descriptor for calls that open one, or what a test scripted. So the order of system calls
/// can be asserted without root.
public final class RecordingKernel implements Kernel {
    private static final int FIRST_DESCRIPTOR = 100;
    private static final long LONGEST_STRING = 1 << 20;

    private final List<String> lines = new ArrayList<>();
    private final Map<Sys, Deque<Long>> answers = new EnumMap<>(Sys.class);
    private int nextDescriptor = FIRST_DESCRIPTOR;

    /// The next call of this kind answers `result`; several scripted ones answer in turn.
    public RecordingKernel answer(Sys sys, long result) {
        answers.computeIfAbsent(sys, _ -> new ArrayDeque<>()).add(result);
        return this;
    }

    /// The next call of this kind fails.
    public RecordingKernel fail(Sys sys, Errno errno) {
        return answer(sys, -errno.number());
    }

    /// The calls so far, oldest first.
    public synchronized List<String> lines() {
        return List.copyOf(lines);
    }

    @Override
    public synchronized long call(Arena arena, Sys sys, long a, long b, long c, long d, long e, long f) {
        lines.add(sys.callName() + "(" + render(sys.arguments(), new long[] {a, b, c, d, e, f}) + ")");
        Deque<Long> scripted = answers.get(sys);
        if (scripted != null && !scripted.isEmpty()) {
            return scripted.remove();
        }
        return switch (sys) {
            case OPENAT2, PIDFD_OPEN, MEMFD_CREATE, SOCKET, OPEN_TREE, FSOPEN, FSMOUNT -> nextDescriptor++;
            case WRITE, PWRITE, SENDTO -> c;
            default -> 0;
        };
    }

    private static String render(String kinds, long[] arguments) {
        List<String> words = new ArrayList<>();
        for (int i = 0; i < kinds.length(); i++) {
            long value = arguments[i];
            switch (kinds.charAt(i)) {
                case 'd' -> words.add((int) value == -100 ? "AT_FDCWD" : Long.toString((int) value));
                case 's' -> words.add(value == 0 ? "NULL" : '"' + string(value) + '"');
                case 'o' -> words.add("0" + Long.toOctalString(value));
                case 'x' -> words.add("0x" + Long.toHexString(value));
                case 'n' -> words.add(Long.toString(value));
                default -> {
                    // A pointer to a structure: its address says nothing.
                }
            }
        }
        return String.join(", ", words);
    }

    private static String string(long address) {
        MemorySegment memory = MemorySegment.ofAddress(address).reinterpret(LONGEST_STRING);
        long end = 0;
        while (memory.get(JAVA_BYTE, end) != 0) {
            end++;
        }
        return FileName.decode(memory.asSlice(0, end).toArray(JAVA_BYTE));
    }
}
