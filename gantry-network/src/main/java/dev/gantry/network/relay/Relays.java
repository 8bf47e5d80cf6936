package dev.gantry.network.relay;

import dev.gantry.linux.Datagrams;
import dev.gantry.linux.EventPoll;
import dev.gantry.linux.Fd;
import dev.gantry.linux.ServerSockets;
import dev.gantry.linux.SocketAddresses;
import dev.gantry.linux.Streams;
import dev.gantry.network.firewall.Relay;
import dev.gantry.network.port.Protocol;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/// Carries connections and datagrams of published ports that rules cannot serve. One platform thread for all of them,
/// no process, and nothing but its socket for a port that nobody uses. What is carried ends with the engine.
///
/// ```java
/// try (var relays = Relays.start()) {
///     relays.open(relay, socket);
///     relays.close(socket);                // with all that came over it
/// }
/// ```
public final class Relays implements AutoCloseable {
    private static final int MEMORY = 1 << 16;
    private static final int SWEEP_MILLIS = 10_000;
    private static final int CLOSE_MILLIS = 2000;

    private final EventPoll poll = EventPoll.open();
    private final Thread loop = Thread.ofPlatform().name("relays").daemon().unstarted(this::run);

    /// Guarded by this object, as is what follows: an event is handled, or a port closed, one after the other.
    private final Watched watched = new Watched(poll);

    private final Map<Fd, Port> ports = new IdentityHashMap<>();
    private long swept = System.nanoTime();
    private boolean closed;

    private Relays() {}

    public static Relays start() {
        Relays relays = new Relays();
        relays.loop.start();
        return relays;
    }

    /// From now on what comes to this socket is carried; one that is open already stays as it is. The socket remains
    /// its owner's, who says [#close] before closing it.
    public synchronized void open(Relay relay, Fd socket) {
        byte[] container = SocketAddresses.of(relay.container().toInetAddress(), relay.containerPort());
        ports.computeIfAbsent(
                socket,
                s -> relay.protocol() == Protocol.UDP
                        ? new DatagramPort(s, container, watched)
                        : new StreamPort(s, container, watched));
    }

    /// Also what came over it before. One that was not opened is no error.
    public synchronized void close(Fd socket) {
        Port port = ports.remove(socket);
        if (port != null) {
            port.close();
        }
    }

    private void run() {
        try (Streams streams = new Streams(MEMORY);
                Datagrams datagrams = new Datagrams(MEMORY)) {
            var tools = new Watched.Tools(streams, datagrams, new byte[MEMORY], new ServerSockets());
            while (true) {
                List<EventPoll.Ready> ready = poll.await(SWEEP_MILLIS);
                synchronized (this) {
                    if (closed) {
                        return;
                    }
                    ready.forEach(r -> tell(r, tools));
                    sweep();
                }
            }
        }
    }

    private void sweep() {
        long now = System.nanoTime();
        if (now - swept > SWEEP_MILLIS * 1_000_000L) {
            swept = now;
            ports.values().forEach(p -> p.sweep(now));
        }
    }

    /// What goes wrong with one is nobody else's concern.
    private void tell(EventPoll.Ready ready, Watched.Tools tools) {
        try {
            watched.tell(ready, tools);
        } catch (RuntimeException e) {
            System.getLogger("network").log(System.Logger.Level.WARNING, "event=relay-failed", e);
        }
    }

    @Override
    public void close() {
        synchronized (this) {
            closed = true;
            List.copyOf(ports.keySet()).forEach(this::close);
        }
        poll.wake();
        try {
            loop.join(CLOSE_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        poll.close();
    }
}
