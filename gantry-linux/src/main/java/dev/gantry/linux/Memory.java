package dev.gantry.linux;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/// Values on their way into memory that the kernel reads.
final class Memory {
    private Memory() {}

    /// A name with its terminating NUL. A NUL inside would silently cut it: refused as the kernel refuses
    /// bad names.
    static long cString(Arena arena, String text) {
        byte[] bytes = FileName.encode(text);
        MemorySegment memory = arena.allocate(bytes.length + 1L);
        for (int i = 0; i < bytes.length; i++) {
            if (bytes[i] == 0) {
                throw new LinuxError("name", text.replace('\0', '?'), Errno.EINVAL);
            }
        }
        MemorySegment.copy(bytes, 0, memory, JAVA_BYTE, 0, bytes.length);
        return memory.address();
    }
}
