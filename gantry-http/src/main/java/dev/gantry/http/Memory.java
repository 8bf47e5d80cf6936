package dev.gantry.http;

import dev.gantry.base.Unavailable;
import java.util.concurrent.atomic.AtomicLong;

/// How many bytes of long documents are in memory at a time, of all connections. A document costs about three times as
/// much while it is read. Nobody waits: whoever sends slowly would make others wait as long as he likes.
final class Memory {
    /// Two of the longest.
    private static final long LEAST = 16 << 20;

    private final long most;
    private final AtomicLong taken = new AtomicLong();

    Memory(long most) {
        this.most = most;
    }

    /// Of a server that may use this heap.
    static Memory ofHeap(long bytes) {
        return new Memory(Math.max(LEAST, bytes / 16));
    }

    void take(int bytes) {
        if (taken.addAndGet(bytes) > most) {
            taken.addAndGet(-bytes);
            throw new Unavailable(
                    "read the request's body",
                    "long documents of " + most + " bytes are being read already",
                    "send it again a little later");
        }
    }

    void giveBack(long bytes) {
        taken.addAndGet(-bytes);
    }
}
