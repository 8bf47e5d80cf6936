package dev.gantry.linux;

import java.lang.foreign.Arena;
import java.util.concurrent.atomic.AtomicInteger;

/// A file descriptor with one owner, who closes it. Closing twice is not an error; using it after that is a
/// bug.
public final class Fd implements AutoCloseable {
    private static final int AT_FDCWD = -100; // <fcntl.h>
    private static final int CLOSED = -1;

    /// The working directory of this process, for absolute paths.
    public static final Fd CWD = new Fd(Kernel.host(), AT_FDCWD);

    private final Kernel kernel;
    private final AtomicInteger number;

    private Fd(Kernel kernel, int number) {
        this.kernel = kernel;
        this.number = new AtomicInteger(number);
    }

    /// Takes over a descriptor that nobody else will close.
    public static Fd own(Kernel kernel, int number) {
        if (number < 0) {
            throw new IllegalArgumentException("a descriptor is not negative: " + number);
        }
        return new Fd(kernel, number);
    }

    public int number() {
        int n = number.get();
        if (n == CLOSED) {
            throw new IllegalStateException("the descriptor is closed");
        }
        return n;
    }

    /// Gives the number away: whoever takes it closes it.
    public int release() {
        int n = number.getAndSet(CLOSED);
        if (n == CLOSED) {
            throw new IllegalStateException("the descriptor is closed");
        }
        return n;
    }

    @Override
    public void close() {
        if (number.get() == AT_FDCWD) {
            return;
        }
        int n = number.getAndSet(CLOSED);
        if (n != CLOSED) {
            try (Arena arena = Arena.ofConfined()) {
                // The result says nothing useful: Linux frees the number even when it reports an error. close(2).
                kernel.call(arena, Sys.CLOSE, n, 0, 0, 0, 0, 0);
            }
        }
    }

    @Override
    public String toString() {
        int n = number.get();
        return n == AT_FDCWD ? "AT_FDCWD" : n == CLOSED ? "closed" : "fd " + n;
    }
}
