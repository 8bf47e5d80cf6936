package dev.gantry.linux;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Optional;

/// Terminals: raw mode and size. <asm/termbits.h>, <asm/ioctls.h>.
public final class TerminalCalls {
    private static final int TCGETS = 0x5401;
    private static final int TCSETSW = 0x5403; // after pending output was written
    private static final int TIOCGWINSZ = 0x5413;
    private static final int TIOCSWINSZ = 0x5414;

    /// The kernel's `struct termios`, not the C library's: four u32 of flags, u8 line, u8 cc[19].
    static final int TERMIOS_SIZE = 36;

    private static final int CC = 17;
    private static final int VTIME = 5;
    private static final int VMIN = 6;

    // What cfmakeraw(3) clears, and sets.
    private static final int RAW_INPUT_OFF = 0x1 | 0x2 | 0x8 | 0x20 | 0x40 | 0x80 | 0x100 | 0x400;
    private static final int OPOST = 0x1;
    private static final int RAW_LOCAL_OFF = 0x8 | 0x40 | 0x2 | 0x1 | 0x8000;
    private static final int CSIZE_PARENB = 0x30 | 0x100;
    private static final int CS8 = 0x30;

    private final Kernel kernel;

    TerminalCalls(Kernel kernel) {
        this.kernel = kernel;
    }

    public record Size(int rows, int columns) {}

    /// The settings of a terminal, to put back later.
    public static final class State {
        private final byte[] termios;

        private State(byte[] termios) {
            this.termios = termios.clone();
        }
    }

    public boolean isTerminal(int descriptor) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment termios = arena.allocate(TERMIOS_SIZE, 4);
            return ioctl(arena, descriptor, TCGETS, termios) == 0;
        }
    }

    public State state(int descriptor) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment termios = arena.allocate(TERMIOS_SIZE, 4);
            check(descriptor, ioctl(arena, descriptor, TCGETS, termios));
            return new State(termios.toArray(JAVA_BYTE));
        }
    }

    public void restore(int descriptor, State state) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment termios = arena.allocate(TERMIOS_SIZE, 4);
            MemorySegment.copy(state.termios, 0, termios, JAVA_BYTE, 0, TERMIOS_SIZE);
            check(descriptor, ioctl(arena, descriptor, TCSETSW, termios));
        }
    }

    /// Every key goes through at once and unchanged, as cfmakeraw(3) has it. Answers what to [#restore].
    public State raw(int descriptor) {
        State before = state(descriptor);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment t = arena.allocate(TERMIOS_SIZE, 4);
            MemorySegment.copy(before.termios, 0, t, JAVA_BYTE, 0, TERMIOS_SIZE);
            t.set(JAVA_INT, 0, t.get(JAVA_INT, 0) & ~RAW_INPUT_OFF);
            t.set(JAVA_INT, 4, t.get(JAVA_INT, 4) & ~OPOST);
            t.set(JAVA_INT, 8, t.get(JAVA_INT, 8) & ~CSIZE_PARENB | CS8);
            t.set(JAVA_INT, 12, t.get(JAVA_INT, 12) & ~RAW_LOCAL_OFF);
            t.set(JAVA_BYTE, CC + VMIN, (byte) 1);
            t.set(JAVA_BYTE, CC + VTIME, (byte) 0);
            check(descriptor, ioctl(arena, descriptor, TCSETSW, t));
        }
        return before;
    }

    /// Empty when it is no terminal.
    public Optional<Size> size(int descriptor) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment winsize = arena.allocate(8, 2); // u16 rows, columns, x pixels, y pixels
            if (ioctl(arena, descriptor, TIOCGWINSZ, winsize) != 0) {
                return Optional.empty();
            }
            return Optional.of(new Size(
                    Short.toUnsignedInt(winsize.get(JAVA_SHORT, 0)), Short.toUnsignedInt(winsize.get(JAVA_SHORT, 2))));
        }
    }

    public void resize(int descriptor, Size size) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment winsize = arena.allocate(8, 2);
            winsize.set(JAVA_SHORT, 0, (short) size.rows());
            winsize.set(JAVA_SHORT, 2, (short) size.columns());
            check(descriptor, ioctl(arena, descriptor, TIOCSWINSZ, winsize));
        }
    }

    private long ioctl(Arena arena, int descriptor, int request, MemorySegment argument) {
        return kernel.call(arena, Sys.IOCTL, descriptor, request, argument.address(), 0, 0, 0);
    }

    private static void check(int descriptor, long rc) {
        if (rc < 0) {
            throw LinuxError.of(Sys.IOCTL, "fd " + descriptor, rc);
        }
    }
}
