package dev.gantry.network.relay;

import dev.gantry.linux.Datagrams;
import dev.gantry.linux.EventPoll;
import dev.gantry.linux.Fd;
import dev.gantry.linux.ServerSockets;
import dev.gantry.linux.Streams;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Descriptors, and who is told when something happens to them. One thread at a time, but for the waiting itself.
final class Watched {
    /// What the thread that tells lends to who is told.
    record Tools(Streams streams, Datagrams datagrams, byte[] memory, ServerSockets sockets) {}

    @FunctionalInterface
    interface Listener {
        /// `error`: there was one, which is told whether anything was asked for or not.
        void happened(boolean error, Tools tools);
    }

    private final EventPoll poll;
    private final Map<Long, Listener> listeners = new HashMap<>();
    private long next;

    Watched(EventPoll poll) {
        this.poll = poll;
    }

    /// For what there is to read. The token names it from now on.
    long add(Fd fd, Listener listener) {
        long token = next++;
        poll.add(fd, token);
        listeners.put(token, listener);
        return token;
    }

    void change(Fd fd, long token, boolean toRead, boolean toWrite) {
        poll.change(fd, token, toRead, toWrite);
    }

    void remove(Fd fd, long token) {
        if (listeners.remove(token) != null) {
            poll.remove(fd);
        }
    }

    /// One that was removed while this event waited is not told.
    void tell(EventPoll.Ready ready, Tools tools) {
        @Nullable Listener listener = listeners.get(ready.token());
        if (listener != null) {
            listener.happened(ready.error(), tools);
        }
    }
}
